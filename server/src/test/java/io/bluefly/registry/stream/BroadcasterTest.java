package io.bluefly.registry.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bluefly.registry.events.EventFilter;
import io.bluefly.registry.events.EventId;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.events.EventType;
import io.bluefly.registry.events.Happening;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.testkit.ManualClock;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes of subscribers when something goes wrong for one of them. */
class BroadcasterTest {
  private static final Instant START = Instant.parse("2026-11-23T06:00:00Z");

  /** Characters of an event that is large. */
  private static final int EVENT = 16 * 1024;

  private final ManualClock clock = new ManualClock(START);
  private final EventInbox inbox = new EventInbox();
  private final Broadcaster broadcaster =
      new Broadcaster(inbox, TestSettings.of(Map.of()), clock, clock);

  private void publish(EventType type, Object value) {
    inbox.publish(Happening.of(type, "c", "p", START).with("value", value));
  }

  private void subscribe(EmbeddedChannel channel, EventType type, @Nullable EventId after) {
    subscribe(channel, new EventFilter(Set.of(type), Set.of(), Set.of(), Set.of()), after);
  }

  private void subscribe(EmbeddedChannel channel, EventFilter filter, @Nullable EventId after) {
    channel.pipeline().addLast("encoder", new ChannelOutboundHandlerAdapter());
    ChannelHandlerContext encoder = Objects.requireNonNull(channel.pipeline().context("encoder"));
    Peer peer =
        new Peer(Framing.SERVER_SENT, encoder, clock, clock, Duration.ofSeconds(45), _ -> {});
    Subscriber subscriber = new Subscriber(peer, Principal.ANYBODY);
    SubscribeRequest request = new SubscribeRequest("1", filter, after, null);
    broadcaster.execute(() -> broadcaster.join(subscriber));
    broadcaster.execute(
        () -> broadcaster.inTurn(subscriber, () -> broadcaster.subscribe(subscriber, request)));
  }

  private static String text(EmbeddedChannel channel) {
    channel.runPendingTasks();
    StringBuilder text = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      text.append(out.toString(UTF_8));
      out.release();
    }
    return text.toString();
  }

  @Test
  void whoCannotBeGivenWhatItWaitsForIsDisconnectedAndNobodyElseIs() throws Exception {
    publish(EventType.PROCESS, new Object()); // Nobody can write that.
    publish(EventType.EJECTION, "before");
    broadcaster.turn();
    EmbeddedChannel unlucky = new EmbeddedChannel();
    EmbeddedChannel other = new EmbeddedChannel();
    EventId beginning = new EventId(START.toEpochMilli(), 0);
    subscribe(unlucky, EventType.PROCESS, beginning);
    subscribe(other, EventType.EJECTION, beginning);
    broadcaster.turn();
    unlucky.runPendingTasks();
    assertThat(unlucky.isOpen()).isFalse();
    assertThat(text(other)).contains("before");
    publish(EventType.EJECTION, "afterwards");
    broadcaster.turn();
    assertThat(text(other)).contains("afterwards");
    assertThat(other.isOpen()).isTrue();
  }

  /** A client that reads nothing before a test says so. */
  private static final class SlowReader extends EmbeddedChannel {
    private boolean reading;

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
      if (reading) {
        super.doWrite(in);
      }
    }

    /** All that was kept for it. */
    String kept() {
      reading = true;
      flush();
      return text(this);
    }
  }

  private static EventFilter ofConnection(String id) {
    return new EventFilter(Set.of(), Set.of(id), Set.of(), Set.of());
  }

  @ParameterizedTest
  @CsvSource({"1, 1048576", "256, 524288", "3000, 65536"})
  void groupsShareTheBytesThatMayWaitAndEachHasItsLeast(int groups, int bytes) throws Exception {
    SlowReader slow = new SlowReader();
    subscribe(slow, ofConnection("c"), null);
    List<EmbeddedChannel> others = new ArrayList<>();
    for (int i = 1; i < groups; i++) {
      EmbeddedChannel other = new EmbeddedChannel();
      others.add(other);
      subscribe(other, ofConnection("other-" + i), null);
    }
    broadcaster.turn();
    others.forEach(EmbeddedChannel::runPendingTasks);

    List<String> text = List.of("x".repeat(EVENT)); // In a list it is not cut.
    for (int sent = 0; sent < 2 * bytes; sent += EVENT) {
      publish(EventType.EJECTION, text);
      broadcaster.turn();
      slow.runPendingTasks();
    }
    String kept = slow.kept();
    assertThat(kept).contains("slow-consumer", "More than " + bytes + " bytes wait");
    assertThat(kept.length()).isCloseTo(bytes, within(2 * EVENT));
  }
}
