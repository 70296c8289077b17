package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.upstream.Decoded;
import io.bluefly.registry.upstream.PlainHead;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the short way takes of the requests that come, Vert.x's decoder takes in the same way. */
class RequestDecoderTest {
  private static final List<String> START_LINES =
      List.of(
          "POST /pools/a/mcp HTTP/1.1",
          "POST /pools/a/mcp HTTP/1.1",
          "POST /connections/b/mcp?x=%2F HTTP/1.1",
          "GET /health HTTP/1.1",
          "POST /pools/a/mcp HTTP/1.0",
          "POST  /pools/a/mcp HTTP/1.1",
          "POST /pools/a b HTTP/1.1",
          "POST http://localhost/pools/a/mcp HTTP/1.1",
          "POST /pools/a/mcp HTTP/1.1 ",
          "post /pools/a/mcp HTTP/1.1");
  private static final Http1ServerConfig LIMITS = new Http1ServerConfig();

  private static RequestDecoder ours() {
    ClientWatch watch = new ClientWatch(TestLimits.of(Map.of()));
    return new RequestDecoder(LIMITS, 100, PlainHead.room(), watch.pace());
  }

  private static List<String> head(Object message) {
    List<String> said = new ArrayList<>();
    if (message instanceof HttpRequest head) {
      said.add(head.method() + " " + head.uri() + " " + head.protocolVersion());
      head.headers().iteratorCharSequence().forEachRemaining(e -> said.add(e.toString()));
    }
    return said;
  }

  @Test
  void nothingIsReadInAnotherWay() {
    Decoded.isTheSame(
        START_LINES,
        RequestDecoderTest::ours,
        () -> new VertxHttpRequestDecoder(LIMITS),
        RequestDecoderTest::head);
  }

  private static String post(String headers) {
    return "POST /pools/a/mcp HTTP/1.1\r\nhost: a\r\n" + headers + "content-length: 2\r\n\r\n{}";
  }

  /** Whether all requests of a connection go the short way, which knows no trailers. */
  private static boolean isShort(String... texts) {
    EmbeddedChannel channel = new EmbeddedChannel(ours());
    boolean all = true;
    for (String text : texts) {
      channel.writeInbound(Unpooled.copiedBuffer(text, ISO_8859_1));
      HttpRequest head = channel.readInbound();
      LastHttpContent last = channel.readInbound();
      all &= head != null && last.trailingHeaders() instanceof EmptyHttpHeaders;
      last.release();
    }
    return all;
  }

  @Test
  void plainRequestsGoTheShortWay() {
    assertThat(isShort(post(""), post("mcp-name: a\r\n"), post("mcp-name: bb\r\n"), post("")))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: chunked\r\n",
        "CONTENT-LENGTH: 2\r\n",
        "Connection: close\r\n",
        "Expect: 100-continue\r\n",
        "Upgrade: websocket\r\n",
        "x: \u00e9\r\n"
      })
  void whatNeedsAThoughtDoesNot(String header) {
    PlainHead head = new PlainHead(PlainHead.room());
    assertThat(head.read(Unpooled.copiedBuffer(post(""), ISO_8859_1))).isTrue();
    assertThat(head.read(Unpooled.copiedBuffer(post(header), ISO_8859_1))).isFalse();
    assertThat(head.read(Unpooled.copiedBuffer(post(""), ISO_8859_1))).isTrue();
  }

  @Test
  void afterARequestOfAnotherKindTheShortWayIsOpenAgain() {
    EmbeddedChannel channel = new EmbeddedChannel(ours());
    channel.writeInbound(
        Unpooled.copiedBuffer("GET /health HTTP/1.1\r\nhost: a\r\n\r\n" + post(""), ISO_8859_1));
    channel.readInbound();
    LastHttpContent first = channel.readInbound();
    channel.readInbound();
    LastHttpContent second = channel.readInbound();
    assertThat(first.content().isReadable()).isFalse();
    assertThat(second.trailingHeaders()).isSameAs(EmptyHttpHeaders.INSTANCE);
    assertThat(second.content().toString(ISO_8859_1)).isEqualTo("{}");
    second.release();
  }
}
