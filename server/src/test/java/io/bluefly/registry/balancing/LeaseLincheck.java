package io.bluefly.registry.balancing;

import io.bluefly.registry.upstream.InFlight;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * The count of calls in flight in all orders in which three threads can meet: never more than the
 * limit, none begins while it drains, and it has drained when the last one has ended.
 */
public class LeaseLincheck {
  private static final int LIMIT = 2;

  private final InFlight calls = new InFlight();

  /** Whoever ends a call has begun one. */
  private final AtomicInteger held = new AtomicInteger();

  @Operation
  public boolean tryBegin() {
    boolean begun = calls.tryBegin(LIMIT);
    if (begun) {
      held.incrementAndGet();
    }
    return begun;
  }

  @Operation
  public boolean end() {
    boolean holds = held.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    if (holds) {
      calls.end();
    }
    return holds;
  }

  @Operation
  public int count() {
    return calls.count();
  }

  @Operation
  public boolean drain() {
    return calls.drain().isDone();
  }

  @Test
  void isLinearizable() {
    new ModelCheckingOptions()
        .iterations(30)
        .invocationsPerIteration(2_000)
        .threads(3)
        .actorsPerThread(3)
        .check(LeaseLincheck.class);
  }
}
