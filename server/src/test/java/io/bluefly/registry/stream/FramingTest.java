package io.bluefly.registry.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes that clients understand; read by Netty's decoder of clients. */
class FramingTest {
  private static final int MOST = 1 << 20;

  private static Message message(int length) {
    return new Message("7", "x".repeat(length).getBytes(UTF_8));
  }

  private static List<WebSocketFrame> decoded(ByteBuf bytes) {
    EmbeddedChannel client =
        new EmbeddedChannel(
            new WebSocket13FrameDecoder(
                WebSocketDecoderConfig.newBuilder()
                    .expectMaskedFrames(false)
                    .maxFramePayloadLength(MOST)
                    .build()));
    client.writeInbound(bytes);
    List<WebSocketFrame> frames = new ArrayList<>();
    for (WebSocketFrame f = client.readInbound(); f != null; f = client.readInbound()) {
      frames.add(f);
    }
    return frames;
  }

  @Test
  void textFramesOfAllLengthsAreReadAsTheyWereWritten() {
    int[] lengths = {0, 1, 125, 126, 127, 65_535, 65_536, MOST};
    List<Message> messages = new ArrayList<>();
    for (int length : lengths) {
      messages.add(message(length));
    }
    List<WebSocketFrame> frames = decoded(Framing.WEB_SOCKET.encode(messages));
    assertThat(frames).hasSize(lengths.length).allMatch(f -> f instanceof TextWebSocketFrame);
    for (int i = 0; i < lengths.length; i++) {
      assertThat(frames.get(i).content().readableBytes()).isEqualTo(lengths[i]);
      assertThat(frames.get(i).isFinalFragment()).isTrue();
    }
  }

  @Test
  void heartbeatsPingAndTheFarewellClosesWithTryAgainLater() {
    assertThat(decoded(Framing.WEB_SOCKET.heartbeat(message(3))))
        .hasExactlyElementsOfTypes(TextWebSocketFrame.class, PingWebSocketFrame.class);
    assertThat(decoded(Framing.WEB_SOCKET.silentHeartbeat()))
        .hasExactlyElementsOfTypes(PingWebSocketFrame.class);
    List<WebSocketFrame> farewell = decoded(Framing.WEB_SOCKET.farewell(message(3)));
    assertThat(farewell)
        .hasExactlyElementsOfTypes(TextWebSocketFrame.class, CloseWebSocketFrame.class);
    CloseWebSocketFrame close = (CloseWebSocketFrame) farewell.getLast();
    assertThat(close.statusCode()).isEqualTo(1013);
    assertThat(close.reasonText()).contains("too slowly");
  }

  @Test
  void serverSentEventsAreChunksOfHttp() {
    List<Message> two = List.of(message(2), new Message(null, "{}".getBytes(UTF_8)));
    assertThat(Framing.SERVER_SENT.encode(two).toString(UTF_8))
        .isEqualTo(
            "19\r\nid: 7\ndata: xx\n\ndata: {}\n\n\r\n"
                .replace("19", hex("id: 7\ndata: xx\n\ndata: {}\n\n")));
    assertThat(Framing.SERVER_SENT.heartbeat(message(2)).toString(UTF_8))
        .isEqualTo(hex(": heartbeat\nid: 7\n\n") + "\r\n: heartbeat\nid: 7\n\n\r\n");
    assertThat(Framing.SERVER_SENT.silentHeartbeat().toString(UTF_8))
        .isEqualTo("d\r\n: heartbeat\n\n\r\n");
    assertThat(Framing.SERVER_SENT.farewell(message(2)).toString(UTF_8)).endsWith("\r\n0\r\n\r\n");
  }

  private static String hex(String text) {
    return Integer.toHexString(text.length());
  }
}
