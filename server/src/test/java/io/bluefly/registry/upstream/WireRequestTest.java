package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WireRequestTest {
  private static HttpTarget target(String host, int port) {
    return TestTargets.of(new HttpOrigin(host, port, false), "/mcp?a=b", Map.of());
  }

  private static String written(WireRequest request, byte[] body) {
    ByteBuf bytes = request.end(ByteBufAllocator.DEFAULT, body);
    try {
      return bytes.toString(ISO_8859_1);
    } finally {
      bytes.release();
    }
  }

  @Test
  void isOneRequestWithItsBody() {
    WireRequest request = WireRequest.to(target("example.org", 8080), HttpMethod.POST);
    request.header("accept", "application/json");
    assertThat(written(request, "{}".getBytes(ISO_8859_1)))
        .isEqualTo(
            """
            POST /mcp?a=b HTTP/1.1\r
            host: example.org:8080\r
            accept: application/json\r
            content-length: 2\r
            \r
            {}\
            """);
  }

  @Test
  void thePortThatGoesWithoutSayingIsNotNamed() {
    assertThat(written(WireRequest.to(target("::1", 80), HttpMethod.POST), new byte[0]))
        .contains("host: [::1]\r\n");
  }

  @Test
  void noValueEndsItsLine() {
    WireRequest request = WireRequest.to(target("h", 1), HttpMethod.POST);
    request.header("x", "a\r\nx-api-key: b\tc");
    assertThat(written(request, new byte[0])).contains("x: a  x-api-key: b\tc\r\n");
  }

  @Test
  void norDoesOneWhoseLettersAreLineEndsInLatin1() {
    WireRequest request = WireRequest.to(target("h", 1), HttpMethod.POST);
    request.header("x", "a\u010d\u010ax-api-key: b");
    assertThat(written(request, new byte[0])).contains("x: a  x-api-key: b\r\n");
  }

  @Test
  void aTargetIsNamedWithoutItsQuery() {
    HttpOrigin origin = new HttpOrigin("a.example", 80, false);
    assertThat(TestTargets.of(origin, "/mcp?key=s3cret", Map.of()))
        .hasToString("http://a.example:80/mcp");
  }
}
