package io.bluefly.registry.stream;

import io.bluefly.registry.events.EventId;
import java.util.Locale;

/**
 * Events that a subscriber will not get.
 *
 * @param from the id after which they were, as the client knows it
 * @param to the id of the last of them, as far as is known
 */
record Gap(String from, EventId to, Reason reason) {
  /** Why they are gone. */
  enum Reason {
    /** They were before a restart. */
    RESTART("The registry was restarted since"),
    /** There were newer ones. */
    OVERWRITTEN("Newer events have taken the place of older ones"),
    /** There were too many at once. */
    OVERLOAD("More events happened at once than can be kept"),
    /** The id was never given. */
    UNKNOWN("The registry does not know this id");

    private final String why;

    Reason(String why) {
      this.why = why;
    }

    String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    String sentence() {
      return why
          + ": events from 'from' to 'to' may be missing. Read the present state anew, such as GET"
          + " /connections; the stream goes on after 'to'";
    }
  }
}
