package io.bluefly.registry.drupal;

import io.bluefly.registry.drupal.Tally.Outcome;

/** What comes after a look at a pair. */
sealed interface Next {
  /** Nothing: it is in step, or left as it is. */
  record Done(Outcome outcome) implements Next {}

  /**
   * A look: the first, or another since what was seen does not hold any more, or may not.
   *
   * @param pair as it is by now
   * @param soFar what was done of it already
   */
  record Again(Pair pair, Outcome soFar) implements Next {
    /** Nothing was done of it yet. */
    Again(Pair pair) {
      this(pair, Outcome.UNCHANGED);
    }
  }
}
