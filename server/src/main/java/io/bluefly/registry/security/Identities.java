package io.bluefly.registry.security;

import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What is known of credentials, each for a time; only so many, or a flood would fill the heap. */
final class Identities {
  private record Entry(Identity identity, Instant until) {}

  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final int most;

  Identities(int most) {
    this.most = most;
  }

  /** What is known at {@code now} of credentials with this digest; null for nothing. */
  @Nullable Identity find(String digest, Instant now) {
    Entry entry = entries.get(digest);
    return entry != null && now.isBefore(entry.until) ? entry.identity : null;
  }

  /** Notes it until {@code until}; when there is no room, some others are forgotten. */
  void put(String digest, Identity identity, Instant until, Instant now) {
    if (entries.size() >= most) {
      makeRoom(now);
    }
    entries.put(digest, new Entry(identity, until));
  }

  /** A quarter at once, or each of a flood would look through all of them. */
  private void makeRoom(Instant now) {
    entries.values().removeIf(entry -> !now.isBefore(entry.until));
    int surplus = entries.size() - most * 3 / 4;
    Iterator<String> any = entries.keySet().iterator(); // In the order of digests: at random.
    for (int i = 0; i < surplus && any.hasNext(); i++) {
      any.next();
      any.remove();
    }
  }

  int size() {
    return entries.size();
  }
}
