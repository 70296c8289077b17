package io.bluefly.registry.balancing;

/** The one question that strategies ask before they weigh a member. */
@FunctionalInterface
interface Availability {
  /** Whether {@code member} may take the call now. */
  boolean isAvailable(Member member);
}
