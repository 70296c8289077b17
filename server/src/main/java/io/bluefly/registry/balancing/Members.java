package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.upstream.Instance;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The members of all connections. */
final class Members {
  /** Makes a member for an instance. */
  @FunctionalInterface
  interface Factory {
    Member make(Connection connection, Instance instance, int number);
  }

  private static final Member[] NONE = {};

  private final Factory factory;
  private final Map<String, Member[]> byConnection = new ConcurrentHashMap<>();
  private final AtomicInteger version = new AtomicInteger();

  Members(Factory factory) {
    this.factory = factory;
  }

  /** Goes up whenever a connection has other members. */
  int version() {
    return version.get();
  }

  Member[] of(String connectionId) {
    return byConnection.getOrDefault(connectionId, NONE);
  }

  Member[] of(Collection<String> connectionIds) {
    List<Member> all = new ArrayList<>();
    for (String id : connectionIds) {
      Collections.addAll(all, of(id));
    }
    return all.toArray(NONE);
  }

  /** Whether it is still one of its connection's. */
  boolean has(Member member) {
    return List.of(of(member.connection().id())).contains(member);
  }

  /**
   * A connection has these instances; what is known of those that stay is kept.
   *
   * @param now gives the connection as it is
   */
  void set(String connectionId, Supplier<Connection> now, List<Instance> instances) {
    byConnection.compute(
        connectionId, (_, before) -> members(now.get(), instances, before == null ? NONE : before));
    version.incrementAndGet();
  }

  private Member[] members(Connection connection, List<Instance> instances, Member[] before) {
    List<Member> next = new ArrayList<>();
    Set<Instance> known = new HashSet<>();
    for (Member member : before) {
      if (instances.contains(member.instance())) {
        member.connection(connection);
        next.add(member);
        known.add(member.instance());
      }
    }
    for (Instance instance : instances) {
      if (!known.contains(instance)) {
        next.add(factory.make(connection, instance, freeNumber(next)));
      }
    }
    return next.toArray(NONE);
  }

  private static int freeNumber(List<Member> members) {
    Set<Integer> taken = new HashSet<>();
    members.forEach(member -> taken.add(member.number()));
    int number = 1;
    while (taken.contains(number)) {
      number++;
    }
    return number;
  }

  /**
   * The connection has changed. Of changes that meet the last one counts, since each is asked for
   * only when it is its turn.
   *
   * @param now gives the connection as it is
   */
  void update(String connectionId, Supplier<Connection> now) {
    byConnection.computeIfPresent(
        connectionId,
        (_, members) -> {
          Connection connection = now.get();
          for (Member member : members) {
            member.connection(connection);
          }
          return members;
        });
  }

  void remove(String connectionId) {
    if (byConnection.remove(connectionId) != null) {
      version.incrementAndGet();
    }
  }
}
