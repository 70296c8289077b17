package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.bluefly.registry.protocol.Batch;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.AllowedHosts;
import io.bluefly.registry.security.Credentials;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.Sealer;
import io.bluefly.registry.stream.EventStreams;
import io.bluefly.registry.stream.ReadMessage;
import io.bluefly.registry.upstream.Decoded;
import io.bluefly.registry.upstream.PlainHead;
import io.netty.handler.codec.http.HttpRequest;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes that a fuzzer makes up for what is read before a message: heads, paths, keys, names, ids.
 * {@code mvn verify} runs this for some seconds in a JVM of its own (profile {@code fuzz}). The
 * first byte picks what is tried.
 */
class DoorFuzz {
  private static final Http1ServerConfig LIMITS = new Http1ServerConfig();
  private static final ClientWatch WATCH = new ClientWatch(TestLimits.of(Map.of()));
  private static final Sealer SEALER = new Sealer("secret");
  private static final AllowedHosts HOSTS = new AllowedHosts("registry.test", List.of());
  private static final List<String> NAMES =
      List.of("localhost", "127.0.0.1", "[::1]", "mcp-registry.local.bluefly.io", "registry.test");

  @MethodSource("seeds")
  @DictionaryEntries({
    "POST /mcp HTTP/1.1\\x0d\\x0a",
    "Content-Length: ",
    "Transfer-Encoding: chunked\\x0d\\x0a",
    "\\x0d\\x0a\\x0d\\x0a",
    "Expect: 100-continue\\x0d\\x0a",
    "/connections/",
    "/pools/",
    "/mcp",
    "/sse",
    "/messages",
    "Bearer ",
    "localhost",
    "http://",
    "[::1]",
    "\"type\":\"subscribe\"",
    "\"events\":[",
    "\"jsonrpc\":\"2.0\"",
    "\"method\":"
  })
  @FuzzTest(maxExecutions = 30_000, maxDuration = "2m")
  void door(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    String text = new String(rest, UTF_8);
    switch (input[0] & 7) {
      case 0 -> paths(text);
      case 1 -> keys(text);
      case 2 -> hosts(text);
      case 3 -> sealed(text);
      case 4 -> wishes(text);
      case 5 -> assertThat(ReadMessage.isGood(rest)).isIn(true, false);
      case 6 -> batches(rest);
      default -> heads(rest);
    }
  }

  static Stream<byte[]> seeds() {
    return Stream.of(
            "0/connections/mcp-conn-1/mcp",
            "0/pools/a%2Fb/messages",
            "0/messages?a=%zz&sessionId=x%20y&sessionId=z;b",
            "1Bearer abc\nkey",
            "2localhost:3000\nhttp://127.0.0.1:3000",
            "2[::1]:3000\nhttps://[::1]",
            "3" + SEALER.seal(Sealer.Purpose.CURSOR, Principal.ANYBODY, "page 2"),
            "4health.changed\nc\np\nactive\n1-2",
            "5{\"type\":\"subscribe\",\"events\":[\"health\"],\"after\":\"1-2\"}",
            "5{\"type\":\"unsubscribe\",\"subscription\":\"1\"}",
            "6[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},{\"jsonrpc\":\"2.0\",\"method\":\"x\"}]",
            "7\u0005POST /mcp HTTP/1.1\r\n"
                + "host: a\r\n"
                + "content-length: 2\r\n\r\n"
                + "{}POST /mcp HTTP/1.1\r\n"
                + "host: a\r\n"
                + "content-length: 2\r\n\r\n"
                + "{}",
            "7\u000fPOST /mcp HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
        .map(seed -> seed.getBytes(ISO_8859_1));
  }

  private static void paths(String path) {
    String session = ClientExchange.parameter(path, "sessionId");
    assertThat(session == null || path.contains("?")).isTrue();
    McpPath found = McpPath.parse(path);
    if (found != null) {
      assertThat(path).startsWith("/").endsWith(found.form().suffix());
      if (found.form() == McpPath.Form.MESSAGES) {
        assertThat(found.text()).isEqualTo(path);
      }
    }
  }

  private static void keys(String text) {
    String[] both = text.split("\n", 2);
    String key = Credentials.of(both.length > 1 ? both[1] : null, both[0]);
    assertThat(key == null || text.contains(key)).isTrue();
  }

  private static void hosts(String text) {
    String[] both = text.split("\n", 2);
    String lower = text.toLowerCase(Locale.ROOT);
    boolean named = NAMES.stream().anyMatch(lower::contains);
    assertThat(HOSTS.allowsHost(both[0]) && !named).isFalse();
    assertThat(both.length > 1 && HOSTS.allowsOrigin(both[1]) && !named).isFalse();
  }

  private static void sealed(String text) {
    String opened = SEALER.open(Sealer.Purpose.CURSOR, Principal.ANYBODY, text);
    assertThat(opened).isIn(null, "page 2"); // Nobody else has the key.
    assertThat(SEALER.open(Sealer.Purpose.SESSION, Principal.ANYBODY, text)).isNull();
    assertThat(SEALER.open(Sealer.Purpose.CURSOR, Principal.NOBODY, text)).isNull();
  }

  private static void wishes(String text) {
    String[] fields = Arrays.copyOf(text.split("\n", 5), 5);
    List<List<String>> lists = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      lists.add(fields[i] == null ? List.of() : List.of(fields[i].split(",")));
    }
    try {
      EventStreams.Wish wish =
          EventStreams.wish(lists.get(0), lists.get(1), lists.get(2), lists.get(3), fields[4]);
      assertThat(wish.after() == null).isEqualTo(fields[4] == null);
    } catch (EventStreams.InvalidFilterException e) {
      assertThat(e).hasMessageMatching("(?s).+");
    }
  }

  private static void batches(byte[] json) {
    try {
      List<RpcMessage> messages = Batch.messages(json);
      assertThat(messages).hasSizeBetween(1, 100);
    } catch (MalformedMessageException e) {
      assertThat(e.code()).isNegative();
    }
  }

  /** The first byte says in how large pieces they arrive. */
  private static void heads(byte[] input) {
    int step = 1 + (input.length == 0 ? 0 : (input[0] & 63) * 4);
    byte[] text = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
    List<byte[]> parts = new ArrayList<>();
    for (int i = 0; i < text.length; i += step) {
      parts.add(Arrays.copyOfRange(text, i, Math.min(text.length, i + step)));
    }
    var ours = new RequestDecoder(LIMITS, Integer.MAX_VALUE, PlainHead.room(), WATCH.pace());
    assertThat(Decoded.by(ours, parts, DoorFuzz::head))
        .isEqualTo(Decoded.by(new VertxHttpRequestDecoder(LIMITS), parts, DoorFuzz::head));
  }

  private static List<String> head(Object message) {
    List<String> said = new ArrayList<>();
    if (message instanceof HttpRequest head) {
      said.add(head.method() + " " + head.uri() + " " + head.protocolVersion());
      head.headers().iteratorCharSequence().forEachRemaining(e -> said.add(e.toString()));
    }
    return said;
  }
}
