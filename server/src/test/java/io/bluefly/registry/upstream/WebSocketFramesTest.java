package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server that means harm does with frames. */
class WebSocketFramesTest {
  private final WebSocketFrames frames =
      new WebSocketFrames(
          WebSocketClientHandshakerFactory.newHandshaker(
              URI.create("ws://a.example/mcp"),
              WebSocketVersion.V13,
              "mcp",
              false,
              new DefaultHttpHeaders(),
              1_000),
          1_000);
  private final EmbeddedChannel channel = new EmbeddedChannel(frames);

  @AfterEach
  void stop() {
    channel.finishAndReleaseAll();
  }

  private static PingWebSocketFrame ping() {
    return new PingWebSocketFrame(Unpooled.copiedBuffer("x", US_ASCII));
  }

  @Test
  void whoPingsAndDoesNotReadIsClosed() {
    channel.writeInbound(ping());
    assertThat(channel.outboundMessages()).hasSize(1);
    Objects.requireNonNull(channel.unsafe().outboundBuffer()).setUserDefinedWritability(1, false);
    for (int i = 0; i < 1_000 && channel.isOpen(); i++) {
      channel.writeInbound(ping());
    }
    assertThat(channel.outboundMessages()).hasSize(1);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void whoSaysGoodbyeAndStaysIsClosed() {
    channel.freezeTime();
    channel.writeInbound(new CloseWebSocketFrame(1000, ""));
    assertThat(channel.isOpen()).isTrue();
    channel.advanceTimeBy(1_001, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aListenerThatFailsDoesNotStopTheReading() {
    channel.config().setAutoRead(false);
    channel.writeInbound(new TextWebSocketFrame("{}"));
    MessageChannel.Listener failing =
        new MessageChannel.Listener() {
          @Override
          public Taken message(byte[] json) {
            throw new IllegalStateException("a defect");
          }

          @Override
          public void closed(UpstreamException why, List<byte[]> unsent) {}
        };
    try {
      frames.pump(failing);
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("a defect");
    }
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void aMessageOfTooManyFramesEndsIt() {
    EmbeddedChannel limited = new EmbeddedChannel(new FragmentLimit());
    for (int message = 0; message < 2; message++) {
      limited.writeInbound(new TextWebSocketFrame(false, 0, ""));
      for (int i = 1; i < FragmentLimit.MAX; i++) {
        limited.writeInbound(new ContinuationWebSocketFrame(false, 0, ""));
      }
      limited.writeInbound(new ContinuationWebSocketFrame(true, 0, ""));
      assertThat(limited.isOpen()).isTrue();
    }
    limited.writeInbound(new TextWebSocketFrame(false, 0, ""));
    for (int i = 0; i <= FragmentLimit.MAX && limited.isOpen(); i++) {
      limited.writeInbound(new ContinuationWebSocketFrame(false, 0, ""));
    }
    assertThat(limited.isOpen()).isFalse();
    limited.finishAndReleaseAll();
  }
}
