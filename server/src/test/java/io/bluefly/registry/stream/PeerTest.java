package io.bluefly.registry.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.ManualClock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Clients that are silent, or do not read. */
class PeerTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(45);
  private static final Duration BEAT = Duration.ofSeconds(15);
  private static final int BACKLOG = 300;

  private final ManualClock clock = new ManualClock(Instant.parse("2026-11-23T06:00:00Z"));
  private final ManualClock steady = new ManualClock(Instant.EPOCH);
  private final List<Peer> slow = new ArrayList<>();

  private boolean taking = true;

  /** A client that takes nothing as long as a test says so. */
  private final EmbeddedChannel channel =
      new EmbeddedChannel() {
        @Override
        protected void doWrite(ChannelOutboundBuffer in) throws Exception {
          if (taking) {
            super.doWrite(in);
          }
        }
      };

  private Peer peer(Framing framing) {
    channel.pipeline().addLast("encoder", new ChannelOutboundHandlerAdapter());
    ChannelHandlerContext encoder = Objects.requireNonNull(channel.pipeline().context("encoder"));
    return new Peer(framing, encoder, clock, steady, TIMEOUT, slow::add);
  }

  private void beat(Peer peer, int times) {
    for (int i = 0; i < times; i++) {
      steady.advance(BEAT);
      ByteBuf bytes = Unpooled.wrappedBuffer("beat".getBytes(UTF_8));
      peer.beat(bytes, "1", BACKLOG);
      bytes.release();
    }
  }

  private static ByteBuf bytes(int many) {
    return Unpooled.wrappedBuffer(new byte[many]);
  }

  @Test
  void aWebSocketThatAnswersNoPingIsClosedAtItsDeadline() {
    Peer peer = peer(Framing.WEB_SOCKET);
    beat(peer, 3);
    assertThat(channel.isOpen()).isTrue();
    peer.heard();
    beat(peer, 3);
    assertThat(channel.isOpen()).isTrue();
    beat(peer, 1);
    assertThat(channel.isOpen()).isFalse();
    assertThat(slow).isEmpty();
  }

  @Test
  void aStepOfTheWallClockClosesNobody() {
    Peer peer = peer(Framing.WEB_SOCKET);
    clock.advance(Duration.ofDays(1));
    beat(peer, 3);
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void afterTheClosingHandshakeHasBegunNothingMoreIsSent() {
    Peer peer = peer(Framing.WEB_SOCKET);
    peer.leave();
    ByteBuf shared = bytes(60);
    peer.send(shared, "1", BACKLOG);
    peer.tell(Messages.error(new StreamError("not-text", "no text"), clock.instant()));
    beat(peer, 1);
    assertThat(text()).isEmpty();
    assertThat(shared.refCnt()).isEqualTo(1);
    shared.release();
  }

  @Test
  void anEventStreamThatTakesNothingIsClosedAndOneThatReadsNeverIs() {
    Peer peer = peer(Framing.SERVER_SENT);
    beat(peer, 20);
    assertThat(channel.isOpen()).isTrue();
    taking = false;
    beat(peer, 4);
    assertThat(channel.isOpen()).isTrue();
    beat(peer, 1);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void overTheBacklogTheClientIsToldOnceAndNothingMoreIsKeptForIt() {
    Peer peer = peer(Framing.WEB_SOCKET);
    taking = false;
    ByteBuf shared = bytes(60);
    for (int i = 1; i <= 10; i++) {
      peer.send(shared, Integer.toString(i), BACKLOG);
    }
    assertThat(slow).containsExactly(peer);
    assertThat(shared.refCnt()).isEqualTo(3); // Two that wait, and this one.
    taking = true;
    channel.flush();
    assertThat(text()).contains("\"type\":\"slow-consumer\",\"lastEventId\":\"3\"");
    assertThat(shared.refCnt()).isEqualTo(1);
    assertThat(channel.isOpen()).isFalse();
    shared.release();
  }

  @Test
  void aClientThatNeverTakesItsFarewellIsClosedAllTheSame() {
    Peer peer = peer(Framing.SERVER_SENT);
    taking = false;
    ByteBuf shared = bytes(60);
    for (int i = 1; i <= 3; i++) {
      peer.send(shared, "1", BACKLOG);
    }
    assertThat(channel.isOpen()).isTrue();
    channel.advanceTimeBy(Peer.FAREWELL.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
    assertThat(shared.refCnt()).isEqualTo(1);
    shared.release();
  }

  /** All that was written. */
  private String text() {
    StringBuilder text = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      text.append(out.toString(UTF_8));
      out.release();
    }
    return text.toString();
  }
}
