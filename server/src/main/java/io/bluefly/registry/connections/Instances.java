package io.bluefly.registry.connections;

/** How many instances a stdio connection has: from {@code min} (at least 1) to {@code max}. */
public record Instances(int min, int max) {
  /** One instance. */
  public static final Instances ONE = new Instances(1, 1);

  /** Checks the order. */
  public Instances {
    if (min < 1 || max < min) {
      throw new IllegalArgumentException("instances need 1 <= min <= max");
    }
  }
}
