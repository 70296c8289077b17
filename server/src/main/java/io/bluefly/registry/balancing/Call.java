package io.bluefly.registry.balancing;

/** What a strategy may want to know of the call that it picks for. */
interface Call {
  /** The tool, prompt or resource that it uses; empty for other requests. */
  String tool();

  /** A hash of what calls must have in common to go to the same instance; 0 when it has nothing. */
  long stickyKey();

  /** The reading of a monotonic clock at which it is picked for, in ns. */
  long nanos();
}
