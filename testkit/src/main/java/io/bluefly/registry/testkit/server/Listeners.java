package io.bluefly.registry.testkit.server;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who hears of changes: legacy sessions and modern subscriptions. */
final class Listeners {
  /** One of them. */
  interface Listener {
    /** Must not block. */
    void changed(Change change);

    /** The resources it watches. */
    Set<String> watched();
  }

  private final List<Listener> all = new CopyOnWriteArrayList<>();

  void add(Listener listener) {
    all.add(listener);
  }

  void remove(Listener listener) {
    all.remove(listener);
  }

  void tell(Change change) {
    all.forEach(listener -> listener.changed(change));
  }

  Set<String> watched() {
    Set<String> uris = new TreeSet<>();
    all.forEach(listener -> uris.addAll(listener.watched()));
    return uris;
  }
}
