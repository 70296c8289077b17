package io.bluefly.registry.capabilities;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.events.EventBus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which connections are found by a capability: an index, so that a search does not look at all of
 * them. Those that are disconnected are in it no more.
 */
public final class Providers {
  /** The connections of one capability, in the order of registration. */
  private static final class Found {
    private final Set<String> ids = new ConcurrentSkipListSet<>();
    private final AtomicInteger size = new AtomicInteger();
  }

  /**
   * What servers are looked for by.
   *
   * @param capabilities all of which they offer
   * @param protocol null for any
   */
  public record Query(
      Set<String> capabilities, ConnectionStatus status, @Nullable Protocol protocol) {
    /** Copies the names. */
    public Query {
      capabilities = Set.copyOf(capabilities);
    }

    private boolean takes(Connection connection) {
      return connection.isServer()
          && connection.status() == status
          && (protocol == null || connection.registration().protocol() == protocol);
    }
  }

  private record Answer(long version, List<Connection> servers) {}

  /** Answers that are remembered, and the connections in all of them. */
  private static final int MAX_ANSWERS = 200;

  private static final int MAX_REMEMBERED = 500_000;

  private static final Found NOBODY = new Found();

  private final Connections connections;
  private final Catalogue catalogue;
  private final Map<String, Found> byName = new ConcurrentHashMap<>();

  /** The names under which a connection stands in {@link #byName}. */
  private final Map<String, Set<String>> namesById = new ConcurrentHashMap<>();

  private final Map<Query, Answer> answers = new ConcurrentHashMap<>();

  /** Goes up whenever somebody may be found by something else. */
  private final AtomicLong version = new AtomicLong();

  /** Follows the connections and the catalogue from now on. */
  public Providers(Connections connections, Catalogue catalogue, EventBus bus) {
    this.connections = connections;
    this.catalogue = catalogue;
    bus.subscribe(ConnectionEvent.class, event -> refresh(event.connectionId()));
    bus.subscribe(CapabilityEvent.class, event -> refresh(event.connectionId()));
  }

  /** An event may come late: what counts is how the connection is. */
  private void refresh(String connectionId) {
    namesById.compute(connectionId, (id, before) -> move(id, before == null ? Set.of() : before));
    version.incrementAndGet();
  }

  private @Nullable Set<String> move(String id, Set<String> before) {
    Set<String> now =
        connections
            .find(id)
            .filter(connection -> !connection.isDisconnected())
            .map(catalogue::names)
            .map(Set::copyOf)
            .orElse(Set.of());
    if (now.equals(before)) {
      return before.isEmpty() ? null : before;
    }
    before.stream().filter(name -> !now.contains(name)).forEach(name -> remove(name, id));
    now.stream().filter(name -> !before.contains(name)).forEach(name -> add(name, id));
    return now.isEmpty() ? null : now;
  }

  private void add(String name, String id) {
    byName.compute(
        name,
        (_, known) -> {
          Found found = known == null ? new Found() : known;
          found.ids.add(id);
          found.size.incrementAndGet();
          return found;
        });
  }

  private void remove(String name, String id) {
    byName.computeIfPresent(
        name,
        (_, found) -> {
          found.ids.remove(id);
          return found.size.decrementAndGet() == 0 ? null : found;
        });
  }

  /**
   * The connections that are found by all of these capabilities, in the order of registration.
   *
   * @param names at least one
   */
  public List<Connection> of(Collection<String> names) {
    List<Found> all = new ArrayList<>();
    new HashSet<>(names).forEach(name -> all.add(byName.getOrDefault(name, NOBODY)));
    Found fewest = Collections.min(all, Comparator.comparingInt(found -> found.size.get()));
    all.remove(fewest);
    List<Connection> those = new ArrayList<>(fewest.size.get());
    for (String id : fewest.ids) {
      if (isIn(all, id)) {
        connections.find(id).ifPresent(those::add);
      }
    }
    return those;
  }

  /**
   * The servers that are looked for, in the order of registration: the same list as long as it is
   * the same.
   */
  public List<Connection> servers(Query query) {
    long now = version.get();
    Answer known = answers.get(query);
    if (known == null || known.version != now) {
      known = new Answer(now, candidates(query).filter(query::takes).toList());
      remember(query, known);
    }
    return known.servers;
  }

  private Stream<Connection> candidates(Query query) {
    boolean indexed =
        !query.capabilities.isEmpty() && query.status != ConnectionStatus.DISCONNECTED;
    return indexed
        ? of(query.capabilities).stream()
        : connections.all().stream()
            .filter(
                each -> query.capabilities.stream().allMatch(name -> catalogue.offers(each, name)));
  }

  private void remember(Query query, Answer answer) {
    answers.values().removeIf(other -> other.version != answer.version);
    int remembered = answers.values().stream().mapToInt(other -> other.servers.size()).sum();
    if (answers.size() >= MAX_ANSWERS || remembered + answer.servers.size() > MAX_REMEMBERED) {
      answers.clear();
    }
    answers.put(query, answer);
  }

  private static boolean isIn(List<Found> all, String id) {
    for (Found found : all) {
      if (!found.ids.contains(id)) {
        return false;
      }
    }
    return true;
  }
}
