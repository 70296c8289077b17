package io.bluefly.registry.drupal;

import io.bluefly.registry.drupal.Tally.Outcome;

/** What comes after a look at a pair. */
sealed interface Next {
  /** Nothing: it is in step, or left as it is. */
  record Done(Outcome outcome) implements Next {}

  /**
   * Another look, since somebody has changed one side meanwhile.
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
