package io.bluefly.registry.timeline;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What happened to one connection, the newest first. */
final class Entries {
  private final Deque<Entry> entries = new ArrayDeque<>(4);

  /** Adds what happened, and drops the oldest over {@code most}. */
  synchronized void add(Instant now, Story story, int most) {
    Entry newest = entries.peekFirst();
    if (newest != null && newest.story().equals(story)) {
      entries.removeFirst();
      entries.addFirst(newest.again(now));
      return;
    }
    entries.addFirst(new Entry(now, story, 1, now));
    while (entries.size() > most) {
      entries.removeLast();
    }
  }

  /** The newest, at most {@code limit}. */
  synchronized List<Entry> newest(int limit) {
    return entries.stream().limit(limit).toList();
  }
}
