package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server that means harm does with frames. */
class WebSocketFramesTest {
  private final WebSocketClientHandshaker handshaker =
      WebSocketClientHandshakerFactory.newHandshaker(
          URI.create("ws://a.example/mcp"),
          WebSocketVersion.V13,
          "mcp",
          false,
          new DefaultHttpHeaders(),
          1_000);
  private final WebSocketFrames frames = new WebSocketFrames(handshaker, 1_000);
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

  /** A connection that tells late that something was sent, as io_uring may. */
  private static final class LateWord extends ChannelOutboundHandlerAdapter {
    private final List<ChannelPromise> waiting = new ArrayList<>();

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise sent) {
      waiting.add(sent);
      ctx.write(message, ctx.newPromise());
    }

    void tell() {
      List.copyOf(waiting).forEach(ChannelPromise::setSuccess);
      waiting.clear();
    }
  }

  @Test
  void aWrongAnswerBeforeTheWordThatTheRequestWasSentEndsTheConnection() {
    LateWord late = new LateWord();
    WebSocketFrames upgrading = new WebSocketFrames(handshaker, 1_000);
    EmbeddedChannel connection = new EmbeddedChannel(late, new HttpClientCodec(), upgrading);
    handshaker.handshake(connection).addListener(upgrading::greeted);
    String head =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Protocol: mcp\r\nSec-WebSocket-Accept: wrong\r\n\r\n";
    connection.writeInbound(Unpooled.wrappedBuffer(head.getBytes(US_ASCII)));
    late.tell();
    assertThat(upgrading.upgraded()).isCompletedExceptionally();
    assertThat(connection.isOpen()).isFalse();
    connection.finishAndReleaseAll();
  }

  @Test
  void anAnswerBeforeTheWordThatTheRequestWasSentLosesNoMessage() throws Exception {
    LateWord late = new LateWord();
    WebSocketFrames upgrading = new WebSocketFrames(handshaker, 1_000);
    EmbeddedChannel connection = new EmbeddedChannel(late, new HttpClientCodec(), upgrading);
    handshaker.handshake(connection).addListener(upgrading::greeted);
    ByteBuf request = connection.readOutbound();
    Matcher key =
        Pattern.compile("(?i)sec-websocket-key: (\\S+)").matcher(request.toString(US_ASCII));
    assertThat(key.find()).isTrue();
    String head =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Protocol: mcp\r\nSec-WebSocket-Accept: "
            + accept(key.group(1))
            + "\r\n\r\n";
    byte[] text = {(byte) 0x81, 2, '{', '}'};
    connection.writeInbound(
        Unpooled.wrappedBuffer(head.getBytes(US_ASCII), text), Unpooled.wrappedBuffer(text));
    assertThat(upgrading.upgraded()).isNotDone();

    late.tell();
    assertThat(upgrading.upgraded()).isCompleted();
    connection.writeOutbound(new TextWebSocketFrame("{}"));
    ByteBuf frame = connection.readOutbound();
    assertThat(frame.getUnsignedByte(0)).as("a text frame").isEqualTo((short) 0x81);
    List<String> heard = new ArrayList<>();
    upgrading.pump(
        new MessageChannel.Listener() {
          @Override
          public Taken message(byte[] json) {
            heard.add(new String(json, US_ASCII));
            return Taken.MESSAGE;
          }

          @Override
          public void closed(UpstreamException why, List<byte[]> unsent) {}
        });
    assertThat(heard).containsExactly("{}", "{}");
    connection.finishAndReleaseAll();
  }

  private static String accept(String key) throws NoSuchAlgorithmException {
    byte[] hash =
        MessageDigest.getInstance("SHA-1")
            .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(US_ASCII));
    return Base64.getEncoder().encodeToString(hash);
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
