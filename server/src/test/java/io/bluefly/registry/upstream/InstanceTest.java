package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.upstream.InstanceState.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The life of one instance: crash loops, sleep, and its end. */
class InstanceTest {
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final FakeServers servers = new FakeServers();
  private final Instance instance = servers.instance();

  /** Lets it live for so long, crash, and be opened again at its next attempt. */
  private void crashAfter(int seconds) throws Exception {
    servers.advance(seconds);
    servers.latest().end();
    servers.timer.advance(untilNextAttempt());
  }

  private Duration untilNextAttempt() {
    Instant next = Objects.requireNonNull(instance.state().nextAttemptAt());
    return Duration.between(servers.clock.instant(), next);
  }

  private Phase phase() {
    return instance.state().phase();
  }

  @Test
  void fiveCrashesSoonAfterTheStartAreOneCrashLoopWithLongPauses() throws Exception {
    instance.start();
    for (int i = 0; i < 4; i++) {
      crashAfter(1);
    }
    assertThat(instance.state().crashLoop()).isFalse();
    servers.latest().end();
    assertThat(instance.state().crashLoop()).isTrue();
    for (int i = 0; i < 3; i++) {
      assertThat(untilNextAttempt()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
      servers.timer.advance(untilNextAttempt());
      servers.latest().end();
    }
    assertThat(servers.told).filteredOn("crash loop"::equals).hasSize(1);
    assertThat(servers.told).filteredOn("opened"::equals).hasSize(5);
  }

  @Test
  void inACrashLoopItTakesCallsOnceItHasStayedOpen() throws Exception {
    instance.start();
    for (int i = 0; i < 5; i++) {
      crashAfter(1);
    }
    assertThat(phase()).isEqualTo(Phase.PROVING);
    servers.advance(9);
    assertThat(instance.session()).isNull();
    servers.advance(1);
    assertThat(instance.session()).isEqualTo(servers.latest().session);
    assertThat(instance.state().crashLoop()).isTrue();
    assertThat(instance.hasLeftCrashLoop()).isFalse();
    servers.advance(20);
    assertThat(instance.hasLeftCrashLoop()).isTrue();
    assertThat(instance.hasLeftCrashLoop()).isFalse();
    assertThat(instance.state().crashLoop()).isFalse();
  }

  @Test
  void whoeverStaysOpenForAWhileBetweenCrashesIsInNoLoop() throws Exception {
    instance.start();
    for (int i = 0; i < 10; i++) {
      crashAfter(30);
    }
    assertThat(instance.state().crashLoop()).isFalse();
    assertThat(phase()).isEqualTo(Phase.OPEN);
  }

  @Test
  void itSleepsWhenItHadNoCallForSoLong() throws Exception {
    instance.start();
    servers.advance(59);
    instance.sleepIfIdle(IDLE);
    assertThat(phase()).isEqualTo(Phase.OPEN);
    servers.advance(1);
    instance.sleepIfIdle(IDLE);
    assertThat(phase()).isEqualTo(Phase.ASLEEP);
    assertThat(instance.session()).isNull();
    assertThat(instance.inFlight().tryBegin(1)).isFalse();
    assertThat(servers.latest().toldToEnd).isTrue();
    servers.latest().end();
    assertThat(servers.told).containsExactly("opened", "asleep");
  }

  @Test
  void callsKeepItAwake() throws Exception {
    instance.start();
    servers.advance(59);
    assertThat(instance.inFlight().tryBegin(1)).isTrue();
    instance.inFlight().end();
    servers.advance(1);
    instance.sleepIfIdle(IDLE);
    assertThat(instance.inFlight().tryBegin(1)).isTrue();
    servers.advance(120);
    instance.sleepIfIdle(IDLE);
    instance.sleepIfIdle(Duration.ZERO);
    instance.inFlight().end();
    servers.advance(59);
    instance.sleepIfIdle(IDLE);
    assertThat(phase()).isEqualTo(Phase.OPEN);
    servers.advance(1);
    instance.sleepIfIdle(IDLE);
    assertThat(phase()).isEqualTo(Phase.ASLEEP);
  }

  @Test
  void whoIsWokenTakesCallsThoughTheFormerProcessIsSlowToEnd() throws Exception {
    instance.start();
    servers.advance(60);
    instance.sleepIfIdle(IDLE);
    FakeServers.Server former = servers.latest();
    instance.wake();
    instance.wake();
    assertThat(servers.started).hasSize(2);
    former.end();
    instance.sleepIfIdle(IDLE);
    assertThat(instance.inFlight().tryBegin(1)).isTrue();
    assertThat(instance.session()).isEqualTo(servers.latest().session);
    assertThat(servers.told).containsExactly("opened", "asleep", "opened");
  }

  @Test
  void whatCanNotBeWokenIsTriedAgain() throws Exception {
    instance.start();
    servers.advance(60);
    instance.sleepIfIdle(IDLE);
    servers.refuse = true;
    instance.wake();
    assertThat(phase()).isEqualTo(Phase.WAITING);
    assertThat(instance.mayOpenSoon()).isFalse();
    servers.refuse = false;
    servers.timer.advance(untilNextAttempt());
    assertThat(phase()).isEqualTo(Phase.OPEN);
    assertThat(instance.inFlight().tryBegin(1)).isTrue();
  }

  @Test
  void whatDrainsIsNotOpenedAgain() throws Exception {
    instance.start();
    assertThat(instance.inFlight().tryBegin(1)).isTrue();
    var gone = instance.drain(Duration.ofSeconds(30));
    assertThat(phase()).isEqualTo(Phase.DRAINING);
    servers.latest().end();
    instance.inFlight().end();
    servers.advance(100);
    assertThat(gone).isCompleted();
    assertThat(servers.started).hasSize(1);
    assertThat(servers.told).containsExactly("opened");
  }

  @Test
  void whoWaitsForTheNextSessionOfWhatDrainsLearnsThatThereWillBeNone() throws Exception {
    instance.start();
    assertThat(instance.inFlight().tryBegin(1)).isTrue();
    UpstreamSession only = servers.latest().session;
    var before = instance.after(only);
    instance.drain(Duration.ofSeconds(30));
    var meanwhile = instance.after(only);
    servers.latest().end();
    var afterwards = instance.after(only);
    assertThat(List.of(before, meanwhile, afterwards))
        .allMatch(CompletableFuture::isCompletedExceptionally);
  }

  @Test
  void aCallThatDoesNotEndHoldsTheDrainUpForAWhileOnly() throws Exception {
    instance.start();
    assertThat(instance.inFlight().tryBegin(1)).isTrue();
    instance.drain(Duration.ofSeconds(30));
    servers.advance(29);
    assertThat(servers.latest().toldToEnd).isFalse();
    servers.advance(1);
    assertThat(servers.latest().toldToEnd).isTrue();
  }

  @Test
  void whatIsClosedWhileItProvesItselfStaysClosed() throws Exception {
    instance.start();
    for (int i = 0; i < 5; i++) {
      crashAfter(1);
    }
    List<Runnable> late = new ArrayList<>();
    servers.executor = late::add;
    servers.advance(10);
    var gone = instance.close();
    late.forEach(Runnable::run);
    assertThat(phase()).isEqualTo(Phase.CLOSED);
    assertThat(instance.session()).isNull();
    servers.latest().end();
    assertThat(gone).isCompleted();
  }

  @Test
  void whatGoesWrongUnexpectedlyIsToldWithoutValues() {
    servers.broken = new IllegalArgumentException("Invalid environment variable value: hunter2");
    instance.start();
    assertThat(instance.state().failure())
        .extracting(InstanceState.Failure::message)
        .isEqualTo("it can't be opened: IllegalArgumentException");
  }
}
