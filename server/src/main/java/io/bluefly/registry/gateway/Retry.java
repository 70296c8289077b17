package io.bluefly.registry.gateway;

import io.bluefly.registry.upstream.CallFailure;

/** Has a call that failed made again, where it may be. */
@FunctionalInterface
interface Retry {
  /**
   * Takes a call over that failed so; its lease must have ended.
   *
   * @return false when it may not be made again: then its client has to be told
   */
  boolean take(CallFailure.Kind failure);
}
