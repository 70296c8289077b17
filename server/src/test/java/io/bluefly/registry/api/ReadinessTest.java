package io.bluefly.registry.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicBoolean up = new AtomicBoolean(true);
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicLong now = new AtomicLong();

  private boolean ask() {
    asked.incrementAndGet();
    return up.get();
  }

  @Test
  void theDatabaseIsAskedOnceInASecond() {
    Readiness readiness = new Readiness(this::ask, now::get, Runnable::run);
    readiness.begin();
    assertThat(readiness.isReady()).isTrue();
    up.set(false);
    now.set(SECOND - 1);
    assertThat(readiness.isReady()).as("what it said a moment ago").isTrue();
    assertThat(asked).hasValue(1);
    now.set(SECOND);
    assertThat(readiness.isReady()).isFalse();
    assertThat(asked).hasValue(2);
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsAskedByNobodyElse() {
    Queue<Runnable> waiting = new ArrayDeque<>();
    Readiness readiness = new Readiness(this::ask, now::get, waiting::add);
    readiness.begin();
    assertThat(readiness.isReady()).isFalse();
    now.set(10 * SECOND);
    assertThat(readiness.isReady()).isFalse();
    assertThat(waiting).hasSize(1);
    waiting.remove().run();
    assertThat(readiness.isReady())
        .as("a late answer that nobody has heard is asked for anew")
        .isFalse();
    assertThat(waiting).hasSize(1);
  }

  @Test
  void aDatabaseThatThrowsIsNotReady() {
    Readiness readiness =
        new Readiness(
            () -> {
              throw new IllegalStateException("no database");
            },
            now::get,
            Runnable::run);
    readiness.begin();
    assertThat(readiness.isReady()).isFalse();
  }

  @Test
  void nobodyIsReadyWhoHasNotBegun() {
    Readiness readiness = new Readiness(this::ask, now::get, Runnable::run);
    assertThat(readiness.isReady()).isFalse();
    readiness.begin();
    assertThat(readiness.isReady()).isTrue();
  }
}
