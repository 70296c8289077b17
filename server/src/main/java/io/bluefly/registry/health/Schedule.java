package io.bluefly.registry.health;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/**
 * When which connection is due for a check. First checks are spread over the interval, further ones
 * vary by a tenth of it, so that they never come in step.
 */
final class Schedule {
  private static final double JITTER = 0.1;

  private record Due(Instant at, String connectionId, long version) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      return at.compareTo(other.at);
    }
  }

  private record Entry(Duration interval, long version) {}

  private final RandomGenerator random;
  private final PriorityQueue<Due> queue = new PriorityQueue<>();
  private final Map<String, Entry> entries = new HashMap<>();
  private long versions;

  Schedule(RandomGenerator random) {
    this.random = random;
  }

  synchronized void put(String connectionId, Duration interval, Instant now) {
    Entry entry = new Entry(interval, versions++);
    entries.put(connectionId, entry);
    add(connectionId, entry, now.plusMillis(random.nextLong(interval.toMillis()) + 1));
  }

  /** It is due in a second, and an interval after that. */
  synchronized void soon(String connectionId, Instant now) {
    Entry known = entries.get(connectionId);
    if (known != null) {
      Entry entry = new Entry(known.interval, versions++);
      entries.put(connectionId, entry);
      add(connectionId, entry, now.plusSeconds(1));
    }
  }

  synchronized void remove(String connectionId) {
    entries.remove(connectionId);
    if (queue.size() > 2 * entries.size() + 100) {
      queue.removeIf(due -> !isCurrent(due));
    }
  }

  /** The connections whose time has come, each scheduled anew. */
  synchronized List<String> due(Instant now) {
    List<String> due = new ArrayList<>();
    for (Due next = queue.peek(); next != null && !next.at.isAfter(now); next = queue.peek()) {
      queue.poll();
      Entry entry = entries.get(next.connectionId);
      if (entry != null && isCurrent(next)) {
        due.add(next.connectionId);
        double factor = 1 + JITTER * (2 * random.nextDouble() - 1);
        add(next.connectionId, entry, now.plusMillis((long) (entry.interval.toMillis() * factor)));
      }
    }
    return due;
  }

  private void add(String connectionId, Entry entry, Instant at) {
    queue.add(new Due(at, connectionId, entry.version));
  }

  private boolean isCurrent(Due due) {
    Entry entry = entries.get(due.connectionId);
    return entry != null && entry.version == due.version;
  }
}
