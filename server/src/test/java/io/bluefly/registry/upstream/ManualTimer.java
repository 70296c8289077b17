package io.bluefly.registry.upstream;

import io.bluefly.registry.testkit.ManualClock;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A timer that runs its tasks, on the test's thread, when the test moves the time. */
public final class ManualTimer implements Timer {
  private final ManualClock clock;
  private final List<Task> tasks = new ArrayList<>();

  ManualTimer(ManualClock clock) {
    this.clock = clock;
  }

  /** Moves the clock, and runs what is due on the way, each at its time. */
  public void advance(Duration time) throws Exception {
    Instant end = clock.instant().plus(time);
    for (Task due = next(end); due != null; due = next(end)) {
      tasks.remove(due);
      if (due.at.isAfter(clock.instant())) {
        clock.advance(Duration.between(clock.instant(), due.at));
      }
      due.task.run(due);
    }
    clock.advance(Duration.between(clock.instant(), end));
  }

  private @Nullable Task next(Instant end) {
    return tasks.stream()
        .filter(task -> !task.at.isAfter(end))
        .min(Comparator.comparing(task -> task.at))
        .orElse(null);
  }

  @Override
  public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
    Task added = new Task(task, clock.instant().plusNanos(unit.toNanos(delay)));
    tasks.add(added);
    return added;
  }

  @Override
  public Set<Timeout> stop() {
    return Set.of();
  }

  private final class Task implements Timeout {
    private final TimerTask task;
    private final Instant at;

    Task(TimerTask task, Instant at) {
      this.task = task;
      this.at = at;
    }

    @Override
    public Timer timer() {
      return ManualTimer.this;
    }

    @Override
    public TimerTask task() {
      return task;
    }

    @Override
    public boolean isExpired() {
      return !tasks.contains(this);
    }

    @Override
    public boolean isCancelled() {
      return !tasks.contains(this);
    }

    @Override
    public boolean cancel() {
      return tasks.remove(this);
    }
  }
}
