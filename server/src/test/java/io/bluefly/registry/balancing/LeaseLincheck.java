package io.bluefly.registry.balancing;

import io.bluefly.registry.upstream.InFlight;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * The count of calls in flight in all orders in which three threads can meet: never more than the
 * limit, none begins while it drains, and it has drained when the last one has ended.
 */
public class LeaseLincheck {
  private static final int THREADS = 3;
  private static final int OPERATIONS = 3;
  private static final int BEGUN = THREADS * OPERATIONS;
  private static final int LIMIT = BEGUN + 1;

  private final InFlight calls = new InFlight();

  /** As many calls as can be ended. */
  public LeaseLincheck() {
    for (int i = 0; i < BEGUN; i++) {
      calls.tryBegin(LIMIT);
    }
  }

  @Operation
  public boolean tryBegin() {
    return calls.tryBegin(LIMIT);
  }

  @Operation
  public void end() {
    calls.end();
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
        .invocationsPerIteration(1_000)
        .threads(THREADS)
        .actorsPerThread(OPERATIONS)
        .actorsBefore(0)
        .actorsAfter(0)
        .check(LeaseLincheck.class);
  }
}
