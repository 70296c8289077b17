package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the short way takes of a server's answers, Netty's decoder takes in the same way. */
class AnswerDecoderTest {
  private static final List<String> START_LINES =
      List.of(
          "HTTP/1.1 200 OK",
          "HTTP/1.1 200 OK",
          "HTTP/1.1 200 ",
          "HTTP/1.1 200",
          "HTTP/1.0 200 OK",
          "HTTP/1.1 204 No Content",
          "HTTP/1.1 100 Continue",
          "HTTP/1.1 404 Not Found",
          "HTTP/1.1 2000 OK",
          "HTTP/1.1  200 OK");
  private static final List<CharSequence> NAMES =
      List.of(
          "Content-Type",
          "CONTENT-LENGTH",
          "mcp-session-id",
          "connection",
          "x-empty",
          "x-same",
          "x-absent");

  private static HttpDecoderConfig limits() {
    return new HttpDecoderConfig();
  }

  private static List<String> head(Object message) {
    return switch (message) {
      case AnswerDecoder.Whole whole -> {
        List<String> said = told(whole.head().status(), whole.head()::header);
        said.add("body " + new String(whole.body(), ISO_8859_1));
        yield said;
      }
      case HttpResponse head -> told(head.status().code(), head.headers()::get);
      default -> List.of();
    };
  }

  private static List<String> told(int status, Function<CharSequence, @Nullable String> headers) {
    List<String> said = new ArrayList<>(List.of("status " + status));
    NAMES.forEach(name -> said.add(name + ": " + headers.apply(name)));
    return said;
  }

  @Test
  void nothingIsReadInAnotherWay() {
    Decoded.isTheSame(
        START_LINES,
        () -> new AnswerDecoder(limits(), PlainHead.room()),
        () -> new HttpResponseDecoder(limits()),
        AnswerDecoderTest::head);
  }

  @Test
  void aPlainAnswerComesInOnePiece() {
    EmbeddedChannel channel = new EmbeddedChannel(new AnswerDecoder(limits(), PlainHead.room()));
    for (String type : List.of("text/plain", "text/plain", "application/json")) {
      channel.writeInbound(
          Unpooled.copiedBuffer(
              "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: "
                  + type
                  + "\r\nContent-Length: 2\r\n\r\n{}",
              ISO_8859_1));
      AnswerDecoder.Whole answer = channel.readInbound();
      assertThat(answer.body()).asString().isEqualTo("{}");
      assertThat(answer.head().header("content-type")).isEqualTo(type);
    }
  }
}
