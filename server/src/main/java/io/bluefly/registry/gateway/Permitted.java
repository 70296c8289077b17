package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.CapabilityEvent;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.gateway.Found.Candidates;
import io.bluefly.registry.protocol.RpcMessage;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which of a pool's members may serve a request, by what each declares and offers. Found out once
 * for all requests of a kind, since a pool may have thousands of members.
 */
final class Permitted {
  /** Members of a pool whose answers are quicker found out than found again. */
  private static final int FEW = 32;

  /** Kinds of requests that are remembered, and ids in all the lists that are kept for them. */
  private static final int MAX_KINDS = 2_000;

  private static final int MAX_IDS = 500_000;

  /** Characters of what a client names; what is longer is nobody's and not worth to be kept. */
  private static final int MAX_NAME = 512;

  private record Kind(
      String pool,
      String method,
      @Nullable String target,
      @Nullable String prompt,
      @Nullable String uri) {
    static Kind of(Candidates asked) {
      RpcMessage request = asked.request();
      return new Kind(
          asked.pool(), request.method(), request.target(), request.refName(), request.refUri());
    }

    boolean isShort() {
      return Stream.of(method, target, prompt, uri)
          .allMatch(text -> text == null || text.length() <= MAX_NAME);
    }
  }

  private record Answer(List<String> asked, long version, List<String> allowed) {
    @SuppressWarnings("ReferenceEquality") // comparing the ids costs as much as finding out
    boolean isOf(List<String> asked, long version) {
      return this.asked == asked && this.version == version;
    }
  }

  private final Connections connections;
  private final Catalogue catalogue;
  private final AtomicLong version = new AtomicLong();
  private final Map<Kind, Answer> answers = new ConcurrentHashMap<>();
  private volatile Answer last = new Answer(List.of(), -1, List.of());

  /** Follows the connections and the catalogue from now on. */
  Permitted(Connections connections, Catalogue catalogue, EventBus bus) {
    this.connections = connections;
    this.catalogue = catalogue;
    bus.subscribe(ConnectionEvent.Updated.class, _ -> version.incrementAndGet());
    bus.subscribe(CapabilityEvent.class, _ -> version.incrementAndGet());
  }

  /** Those who may serve the request; of many the same list as long as it is the same. */
  List<String> among(Candidates candidates) {
    List<String> ids = candidates.connectionIds();
    if (ids.size() <= FEW) {
      return allowed(ids, candidates.request());
    }
    Kind kind = Kind.of(candidates);
    long now = version.get();
    Answer known = answers.get(kind);
    if (known != null && known.isOf(ids, now)) {
      return known.allowed;
    }
    Answer found = new Answer(ids, now, shared(allowed(ids, candidates.request())));
    last = found;
    if (kind.isShort()) {
      remember(kind, found);
    }
    return found.allowed;
  }

  private List<String> allowed(List<String> ids, RpcMessage request) {
    for (String id : ids) {
      if (!mayServe(id, request)) {
        // A copy: what a stream gives is copied again by each who wants to be sure of it.
        return List.copyOf(ids.stream().filter(each -> mayServe(each, request)).toList());
      }
    }
    return ids;
  }

  /** Many kinds are served by the same members: they shall not keep a list each. */
  private List<String> shared(List<String> allowed) {
    List<String> before = last.allowed;
    return allowed.equals(before) ? before : allowed;
  }

  private void remember(Kind kind, Answer answer) {
    answers.values().removeIf(other -> other.version != answer.version);
    IdentityHashMap<List<String>, Boolean> lists = new IdentityHashMap<>();
    for (Answer other : answers.values()) {
      lists.put(other.asked, true);
      lists.put(other.allowed, true);
    }
    int kept = lists.keySet().stream().mapToInt(List::size).sum();
    if (answers.size() >= MAX_KINDS || kept >= MAX_IDS) {
      answers.clear();
    }
    answers.put(kind, answer);
  }

  private boolean mayServe(String connectionId, RpcMessage request) {
    Connection connection = connections.find(connectionId).orElse(null);
    return connection == null || catalogue.permission(connection, request).allowed();
  }
}
