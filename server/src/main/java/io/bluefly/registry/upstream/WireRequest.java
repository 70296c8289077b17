package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/** The text of an HTTP/1.1 request; its head is written in order. */
public final class WireRequest {
  private static final int INITIAL = 768;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;
  private static final String LINE_END = "\r\n";

  private final StringBuilder head = new StringBuilder(INITIAL);

  private WireRequest() {}

  /** Begins a request to {@code target}; its headers are not written yet. */
  public static WireRequest to(HttpTarget target, HttpMethod method) {
    WireRequest request = new WireRequest();
    request.head.append(method.name()).append(' ').append(target.path()).append(" HTTP/1.1\r\n");
    request.header("host", host(target));
    return request;
  }

  private static String host(HttpTarget target) {
    String host = target.host().indexOf(':') >= 0 ? "[" + target.host() + "]" : target.host();
    boolean usual = target.port() == (target.tls() ? HTTPS_PORT : HTTP_PORT);
    return usual ? host : host + ":" + target.port();
  }

  /** Writes a header; what would end its line becomes a blank. */
  public void header(String name, String value) {
    head.append(name).append(": ");
    int begin = head.length();
    head.append(value);
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < ' ' && value.charAt(i) != '\t') {
        head.setCharAt(begin + i, ' ');
      }
    }
    head.append(LINE_END);
  }

  /** The bytes, headers in Latin-1 as they are read; null: there is no body. */
  ByteBuf end(byte @Nullable [] body) {
    int length = body == null ? 0 : body.length;
    if (body != null) {
      head.append("content-length: ").append(length).append(LINE_END);
    }
    byte[] text = head.append(LINE_END).toString().getBytes(ISO_8859_1);
    ByteBuf bytes = ByteBufAllocator.DEFAULT.directBuffer(text.length + length);
    bytes.writeBytes(text);
    return body == null ? bytes : bytes.writeBytes(body);
  }
}
