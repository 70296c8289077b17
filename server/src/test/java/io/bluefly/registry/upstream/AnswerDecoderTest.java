package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.HttpTexts;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
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
  private static final int TEXTS = 20_000;

  private static HttpDecoderConfig limits() {
    return new HttpDecoderConfig();
  }

  private static void tell(
      List<String> said, int status, Function<CharSequence, @Nullable String> headers) {
    said.add("status " + status);
    NAMES.forEach(name -> said.add(name + ": " + headers.apply(name)));
  }

  /** What a decoder makes of what arrives, up to the first failure. */
  private static List<String> read(HttpResponseDecoder decoder, List<byte[]> parts) {
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    List<String> said = new ArrayList<>();
    StringBuilder body = new StringBuilder();
    for (byte[] part : parts) {
      channel.writeInbound(Unpooled.copiedBuffer(part));
      for (Object next = channel.readInbound(); next != null; next = channel.readInbound()) {
        if (next instanceof HttpObject object && object.decoderResult().isFailure()) {
          said.add("failure");
          return said;
        }
        if (next instanceof AnswerDecoder.Whole whole) {
          tell(said, whole.head().status(), whole.head()::header);
          said.add("body " + new String(whole.body(), ISO_8859_1));
        }
        if (next instanceof HttpResponse head) {
          tell(said, head.status().code(), head.headers()::get);
        }
        if (next instanceof HttpContent content) {
          body.append(content.content().toString(ISO_8859_1));
          content.release();
        }
        if (next instanceof LastHttpContent) {
          said.add("body " + body);
          body.setLength(0);
        }
      }
    }
    channel.finishAndReleaseAll();
    return said;
  }

  @Test
  void nothingIsReadInAnotherWay() {
    for (int seed = 0; seed < TEXTS; seed++) {
      HttpTexts texts = new HttpTexts(seed, START_LINES);
      byte[] text = texts.next();
      List<byte[]> parts = texts.cut(text);
      assertThat(read(new AnswerDecoder(limits(), PlainHead.room()), parts))
          .as("seed %d: %s", seed, new String(text, ISO_8859_1))
          .isEqualTo(read(new HttpResponseDecoder(limits()), parts));
    }
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
