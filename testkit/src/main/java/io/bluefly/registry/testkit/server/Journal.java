package io.bluefly.registry.testkit.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What has arrived, the newest {@value #KEPT}. */
final class Journal {
  private static final int KEPT = 1000;

  private final Deque<Arrived> arrived = new ArrayDeque<>();

  synchronized void note(String method, Map<String, String> headers, String body) {
    if (arrived.size() == KEPT) {
      arrived.removeFirst();
    }
    Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    sorted.putAll(headers);
    arrived.addLast(new Arrived(method, sorted, body));
  }

  synchronized List<Arrived> all() {
    return List.copyOf(arrived);
  }
}
