package io.bluefly.registry.balancing;

import org.jspecify.annotations.Nullable;

/** What a strategy may want to know of the call that it picks for. */
interface Call {
  /** The tool, prompt or resource that it uses; empty for other requests. */
  String tool();

  /** What calls must have in common to go to the same instance; null when it has nothing. */
  @Nullable String stickyKey();

  /** The reading of a monotonic clock at which it is picked for, in ns. */
  long nanos();
}
