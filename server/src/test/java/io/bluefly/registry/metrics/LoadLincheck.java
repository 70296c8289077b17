package io.bluefly.registry.metrics;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/** The counters of load in all orders in which two threads can meet: no call is lost or doubled. */
public class LoadLincheck {
  private static final long MINUTE = Traffic.SPAN.toNanos();

  private final Traffic traffic = new Traffic(0);
  private final SlidingWindow window = new SlidingWindow();

  @Operation
  public void arrived() {
    traffic.arrived(MINUTE);
  }

  @Operation
  public void ended() {
    traffic.ended(MINUTE, 7, true);
  }

  @Operation
  public String sum() {
    return traffic.sum(MINUTE).toString();
  }

  @Operation
  public void add() {
    window.add(MINUTE);
  }

  @Operation
  public long counted() {
    return window.count(MINUTE, Traffic.SPAN);
  }

  @Test
  void isLinearizable() {
    new ModelCheckingOptions()
        .iterations(30)
        .invocationsPerIteration(1_000)
        .threads(2)
        .actorsPerThread(3)
        .check(LoadLincheck.class);
  }
}
