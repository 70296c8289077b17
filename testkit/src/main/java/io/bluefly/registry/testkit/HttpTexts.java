package io.bluefly.registry.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What may come over an HTTP/1.1 connection, made from a seed: messages one behind the other, most
 * of them good, some with what attackers and bad servers send.
 */
public final class HttpTexts {
  private static final List<String> HEADERS =
      List.of(
          "Host: localhost:3000",
          "Content-Type: application/json",
          "content-type:text/event-stream; charset=utf-8 \t",
          "Accept: application/json, text/event-stream",
          "X-Api-Key: secret",
          "mcp-session-id: \t a b ",
          "Connection: keep-alive",
          "connection: Keep-Alive",
          "x-empty:",
          "X-Same: 1",
          "x-same: 2");
  private static final List<String> ODD_HEADERS =
      List.of(
          "Transfer-Encoding: chunked",
          "transfer-encoding : chunked",
          "Transfer-Encoding: identity",
          "Content-Length: 0",
          "Content-Length: +3",
          "Content-Length: 3, 3",
          "Content-Length: -1",
          "Content-Length: 99999999999999999999",
          "Content-Length: 0x3",
          "Content-Length : 3",
          "Content-Length:",
          " folded: value",
          "\tfolded",
          "Connection: close",
          "Connection: x-same, keep-alive",
          "Connection: upgrade",
          "Upgrade: websocket",
          "Expect: 100-continue",
          "no colon",
          ": no name",
          "b\u00e4d: n\u00e4me",
          "x-latin: \u00e9",
          "x-control: \u0001",
          "x-nul: \u0000",
          "x-del: \u007f",
          "x-return: a\rb",
          "x-line: a\nContent-Length: 2");
  private static final List<String> ODD_PIECES =
      List.of("\r", "\n", "\r\n", " ", "\t", ":", "\u0000", "\u0080", "0", "\r\n\r\n", ",");

  private final Random random;
  private final List<String> startLines;

  /**
   * Texts whose messages begin with one of {@code startLines}.
   *
   * @param seed equal seeds make equal texts
   */
  public HttpTexts(long seed, List<String> startLines) {
    this.random = new Random(seed);
    this.startLines = startLines;
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private boolean happens(int percent) {
    return random.nextInt(100) < percent;
  }

  /** The bytes of a few messages. */
  public byte[] next() {
    StringBuilder all = new StringBuilder();
    List<String> headers = headers();
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      if (happens(30)) {
        headers = headers();
      }
      append(all, headers);
    }
    if (happens(20)) {
      all.insert(random.nextInt(all.length()), one(ODD_PIECES));
    }
    if (happens(10)) {
      all.deleteCharAt(random.nextInt(all.length()));
    }
    return all.toString().getBytes(ISO_8859_1);
  }

  private List<String> headers() {
    List<String> headers = new ArrayList<>();
    for (int left = random.nextInt(6); left > 0; left--) {
      headers.add(one(HEADERS));
    }
    if (happens(15)) {
      headers.add(one(ODD_HEADERS));
    }
    return headers;
  }

  private void append(StringBuilder all, List<String> headers) {
    String body = "{\"id\":%d}".formatted(random.nextInt(1000)).substring(random.nextInt(4));
    List<String> lines = new ArrayList<>(headers);
    if (happens(95)) {
      lines.add(random.nextInt(lines.size() + 1), "content-length: " + body.length());
    }
    String end = happens(95) ? "\r\n" : "\n";
    all.append(one(startLines)).append(end);
    lines.forEach(line -> all.append(line).append(end));
    all.append(end).append(body);
  }

  /** The same bytes as they may arrive: in parts. */
  public List<byte[]> cut(byte[] all) {
    List<byte[]> parts = new ArrayList<>();
    int from = 0;
    while (from < all.length) {
      int to = happens(60) ? all.length : from + 1 + random.nextInt(all.length - from);
      parts.add(Arrays.copyOfRange(all, from, to));
      from = to;
    }
    return parts;
  }
}
