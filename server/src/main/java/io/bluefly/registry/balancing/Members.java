package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.upstream.Instance;
import io.bluefly.registry.upstream.Upstream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The members of all connections. */
final class Members {
  /** Makes a member for an instance. */
  @FunctionalInterface
  interface Factory {
    Member make(Connection connection, Upstream upstream, Instance instance, int number);
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
    connectionIds.forEach(id -> all.addAll(List.of(of(id))));
    return all.toArray(NONE);
  }

  Stream<Member> all() {
    return byConnection.values().stream().flatMap(Stream::of);
  }

  /** A connection has these instances; what is known of those that stay is kept. */
  void set(Connection connection, Upstream upstream) {
    byConnection.compute(
        connection.id(),
        (_, before) -> members(connection, upstream, before == null ? NONE : before));
    version.incrementAndGet();
  }

  private Member[] members(Connection connection, Upstream upstream, Member[] before) {
    List<Instance> instances = upstream.instances();
    Member[] members = new Member[instances.size()];
    for (int i = 0; i < members.length; i++) {
      members[i] = kept(before, instances.get(i));
    }
    for (int i = 0; i < members.length; i++) {
      if (members[i] == null) {
        members[i] = factory.make(connection, upstream, instances.get(i), freeNumber(members));
      }
    }
    return members;
  }

  @SuppressWarnings("ReferenceEquality") // is it still this very instance?
  private static @org.jspecify.annotations.Nullable Member kept(
      Member[] before, Instance instance) {
    for (Member member : before) {
      if (member.instance() == instance) {
        return member;
      }
    }
    return null;
  }

  private static int freeNumber(Member[] members) {
    int number = 1;
    for (boolean taken = true; taken; ) {
      taken = false;
      for (Member member : members) {
        if (member != null && member.number() == number) {
          taken = true;
          number++;
        }
      }
    }
    return number;
  }

  /** The connection has changed. */
  void update(Connection connection) {
    for (Member member : of(connection.id())) {
      member.connection(connection);
    }
  }

  void remove(String connectionId) {
    if (byConnection.remove(connectionId) != null) {
      version.incrementAndGet();
    }
  }
}
