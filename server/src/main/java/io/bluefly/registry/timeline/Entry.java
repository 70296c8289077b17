package io.bluefly.registry.timeline;

import java.time.Instant;

/**
 * Something that happened, once or repeatedly with nothing else between.
 *
 * @param at when it happened first
 * @param times how often, 1 and up
 * @param lastAt when it happened last
 */
public record Entry(Instant at, Story story, int times, Instant lastAt) {
  Entry again(Instant now) {
    return new Entry(at, story, times + 1, now);
  }
}
