package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Counting calls, refusing them for a while or for good. */
class InFlightTest {
  private final InFlight calls = new InFlight();

  @Test
  void onlySoManyCallsBegin() {
    assertThat(calls.tryBegin(2)).isTrue();
    assertThat(calls.tryBegin(2)).isTrue();
    assertThat(calls.tryBegin(2)).isFalse();
    calls.end();
    assertThat(calls.tryBegin(2)).isTrue();
    assertThat(calls.count()).isEqualTo(2);
    assertThat(calls.begun()).isEqualTo(3);
  }

  @Test
  void drainingEndsWithTheLastCallAndForGood() {
    assertThat(calls.tryBegin(1)).isTrue();
    var drained = calls.drain();
    assertThat(calls.tryBegin(9)).isFalse();
    assertThat(drained).isNotDone();
    calls.end();
    assertThat(drained).isDone();
    calls.resume();
    assertThat(calls.tryBegin(9)).isFalse();
  }

  @Test
  void aPauseBeginsBetweenCallsOnly() {
    assertThat(calls.tryBegin(1)).isTrue();
    assertThat(calls.pauseIfUnused()).isFalse();
    calls.end();
    assertThat(calls.pauseIfUnused()).isTrue();
    assertThat(calls.tryBegin(1)).isFalse();
    calls.resume();
    assertThat(calls.tryBegin(1)).isTrue();
  }

  @Test
  void whatIsPausedDrainsAtOnce() {
    assertThat(calls.pauseIfUnused()).isTrue();
    assertThat(calls.drain()).isDone();
  }
}
