package io.bluefly.registry.upstream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The instances of one connection: how many there are, and which takes the place of which. The list
 * is immutable and replaced as a whole, so that it is read without a lock; what leaves it ends its
 * calls first.
 */
final class InstanceList {
  /** Hears of changes; never called with the lock held. */
  interface Listener {
    /** The list is another. */
    void changed();

    /** There will be {@code to} instances instead of {@code from}. */
    void scaled(int from, int to);

    /** An instance that has left is gone. */
    void retired();
  }

  /** Calls have deadlines of their own; nobody waits for an instance that leaves unasked. */
  private static final Duration PATIENCE = Duration.ofHours(1);

  private static final Comparator<Instance> LEAST_USED_FIRST =
      Comparator.comparingInt((Instance instance) -> instance.session() == null ? 0 : 1)
          .thenComparingInt(instance -> instance.inFlight().count());

  private final Supplier<Instance> make;
  private final Listener listener;
  private final Set<Instance> leaving = ConcurrentHashMap.newKeySet();
  private volatile List<Instance> all = List.of();
  private @Nullable Instance successor;
  private @Nullable Instance predecessor;
  private boolean closed;

  /** An empty list. */
  InstanceList(Supplier<Instance> make, Listener listener) {
    this.make = make;
    this.listener = listener;
  }

  /** The instances at this moment. */
  List<Instance> all() {
    return all;
  }

  /** Has {@code count} instances from now on: starts some, or ends those that are least used. */
  void scaleTo(int count) {
    List<Instance> added = new ArrayList<>();
    List<Instance> removed;
    int from;
    synchronized (this) {
      from = all.size();
      if (closed || count == from) {
        return;
      }
      for (int i = from; i < count; i++) {
        added.add(make.get());
      }
      removed = all.stream().sorted(LEAST_USED_FIRST).limit(Math.max(0, from - count)).toList();
      if (predecessor != null && removed.contains(predecessor)) {
        removed = Stream.concat(removed.stream(), Stream.of(successor)).toList();
        predecessor = null;
        successor = null;
      }
      all = joined(without(all, removed), added);
    }
    added.forEach(Instance::start);
    removed.forEach(this::leave);
    if (from > 0) {
      listener.scaled(from, count);
    }
    listener.changed();
  }

  private static List<Instance> without(List<Instance> list, List<Instance> removed) {
    return list.stream().filter(instance -> !removed.contains(instance)).toList();
  }

  private static List<Instance> joined(List<Instance> first, List<Instance> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  /** Starts another instance in the place of {@code old}, unless one is just being replaced. */
  void replace(Instance old) {
    Instance fresh;
    synchronized (this) {
      if (closed || successor != null || !all.contains(old)) {
        return;
      }
      fresh = make.get();
      successor = fresh;
      predecessor = old;
    }
    fresh.start();
  }

  /** An instance is open; if it was started in the place of another, that one leaves now. */
  void opened(Instance instance) {
    Instance old;
    synchronized (this) {
      if (instance != successor || predecessor == null) {
        return;
      }
      old = predecessor;
      all = joined(without(all, List.of(old)), List.of(instance));
      successor = null;
      predecessor = null;
    }
    leave(old);
    listener.changed();
  }

  private void leave(Instance instance) {
    leaving.add(instance);
    instance
        .drain(PATIENCE)
        .whenComplete((_, _) -> {
          leaving.remove(instance);
          listener.retired();
        });
  }

  /** Ends all of them; completes when their processes are gone. */
  CompletableFuture<Void> close() {
    synchronized (this) {
      closed = true;
    }
    return CompletableFuture.allOf(
        everyone().map(Instance::close).toArray(CompletableFuture[]::new));
  }

  /** All that there are, those that come and those that leave included. */
  synchronized Stream<Instance> everyone() {
    List<Instance> everyone = new ArrayList<>(all);
    if (successor != null) {
      everyone.add(successor);
    }
    everyone.addAll(leaving);
    return everyone.stream();
  }
}
