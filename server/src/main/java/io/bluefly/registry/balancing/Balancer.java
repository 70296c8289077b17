package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.health.EjectionEvent;
import io.bluefly.registry.health.EjectionSettings;
import io.bluefly.registry.health.Outliers;
import io.bluefly.registry.health.Standing;
import io.bluefly.registry.metrics.Traffic;
import io.bluefly.registry.upstream.Instance;
import io.bluefly.registry.upstream.UpstreamEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Gives calls to instances: by the strategy of their pool, never more than an instance takes, and
 * those that find no room wait in turn. Follows what happens to connections and their instances, so
 * that a pick asks nobody.
 */
public final class Balancer {
  private static final int MAX_RETRY_AFTER = 60;

  private final Function<String, List<Instance>> instances;
  private final Connections connections;
  private final Pools settings;
  private final EventBus bus;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Patience patience;
  private final Outliers outliers;
  private final Members members;
  private final Map<String, Pool> pools = new ConcurrentHashMap<>();

  /** Members that time alone brings back. */
  private final Map<Member, Boolean> ejected = new ConcurrentHashMap<>();

  /**
   * Follows connections and upstreams from now on.
   *
   * @param instances the instances that a connection has now, by its id
   * @param reported calls that clients say they have in flight with a connection directly
   * @param nanos a monotonic clock such as {@link System#nanoTime}
   */
  public Balancer(
      Connections connections,
      Function<String, List<Instance>> instances,
      Pools settings,
      ToIntFunction<String> reported,
      EjectionSettings ejection,
      Patience patience,
      EventBus bus,
      InstantSource clock,
      LongSupplier nanos) {
    this.connections = connections;
    this.instances = instances;
    this.settings = settings;
    this.bus = bus;
    this.clock = clock;
    this.nanos = nanos;
    this.patience = patience;
    this.outliers = new Outliers(ejection);
    this.members =
        new Members((connection, instance, number) ->
            new Member(
                connection,
                instance,
                number,
                new Standing(clock, ejection),
                member -> share(reported, member),
                nanos.getAsLong()));
    settings.onChange(this::settingsChanged);
    bus.subscribe(ConnectionEvent.class, this::connectionChanged);
    bus.subscribe(UpstreamEvent.InstancesChanged.class, e -> instancesChanged(e.connectionId()));
    bus.subscribe(UpstreamEvent.Opened.class, this::opened);
    bus.subscribe(UpstreamEvent.Down.class, e -> wake(e.connectionId()));
  }

  /** What clients report for a connection is spread over its members. */
  private int share(ToIntFunction<String> reported, Member member) {
    String id = member.connection().id();
    int all = reported.applyAsInt(id);
    if (all == 0) {
      return 0;
    }
    List<Member> those = List.of(members.of(id));
    int many = Math.max(1, those.size());
    return all / many + (those.indexOf(member) < all % many ? 1 : 0);
  }

  private void settingsChanged(String name) {
    Pool pool = pools.get(name);
    if (pool != null) {
      pool.change(settings.settings(name));
    }
  }

  private void connectionChanged(ConnectionEvent event) {
    Connection connection = event.connection();
    switch (event) {
      case ConnectionEvent.Registered _ -> join(connection);
      case ConnectionEvent.Updated updated -> {
        refresh(connection);
        if (!poolName(updated.before()).equals(poolName(connection))) {
          leave(updated.before());
          join(connection);
        }
        wake(connection.id());
      }
      case ConnectionEvent.StatusChanged _ -> {
        refresh(connection);
        wake(connection.id());
      }
      case ConnectionEvent.Disconnected _ -> {
        members.remove(connection.id());
        leave(connection);
        pool(poolName(connection)).queue().serve(nanos());
      }
      case ConnectionEvent.Purged _ -> {}
    }
  }

  /** An event may come late: what counts is how the connection is. */
  private void refresh(Connection connection) {
    members.update(connection.id(), () -> connections.find(connection.id()).orElse(connection));
  }

  private static String poolName(Connection connection) {
    return connection.registration().pool();
  }

  private void join(Connection connection) {
    if (connection.isServer() && !connection.isDisconnected()) {
      pool(poolName(connection)).connectionIds().add(connection.id());
    }
  }

  private void leave(Connection connection) {
    pool(poolName(connection)).connectionIds().remove(connection.id());
  }

  private void instancesChanged(String connectionId) {
    Connection connection = connections.find(connectionId).orElse(null);
    if (connection != null && !connection.isDisconnected()) {
      boolean wasEjected = isWhollyEjected(connectionId);
      members.set(
          connectionId,
          () -> connections.find(connectionId).orElse(connection),
          instances.apply(connectionId));
      if (wasEjected && !isWhollyEjected(connectionId)) {
        returned(connectionId, 1); // By another instance than the one that was ejected.
      }
    }
    wake(connectionId);
  }

  private void opened(UpstreamEvent.Opened event) {
    for (Member member : members.of(event.connectionId())) {
      if (event.session().equals(member.instance().session())) {
        member.cameUp(nanos());
        if (member.standing().reopened()) {
          returned(member.connection().id(), member.number());
        }
      }
    }
    wake(event.connectionId());
  }

  /** Those who wait look again. */
  private void wake(String connectionId) {
    connections
        .find(connectionId)
        .ifPresent(connection -> pool(poolName(connection)).queue().serve(nanos()));
  }

  Pool pool(String name) {
    Pool known = pools.get(name);
    return known != null
        ? known
        : pools.computeIfAbsent(
            name, _ -> new Pool(name, settings.settings(name), patience.maxQueue(), nanos()));
  }

  Iterable<Pool> pools() {
    return pools.values();
  }

  Members members() {
    return members;
  }

  long nanos() {
    return nanos.getAsLong();
  }

  Patience patience() {
    return patience;
  }

  /**
   * Looks for an instance for a call; {@link Search#begin} sets it going.
   *
   * @param pool the pool that it is for
   * @param ids the connections that can serve it, the same list as long as it is the same
   * @param tool the tool, prompt or resource that it uses; empty for other requests
   * @param key what sticky calls have in common, asked for when it is needed
   * @param bound ids of connections that the client is bound to already
   */
  public Search search(
      String pool,
      List<String> ids,
      String tool,
      Function<PoolSettings, @Nullable String> key,
      Set<String> bound,
      Search.Owner owner) {
    return new Search(this, pool(pool), ids, tool, key, bound, owner);
  }

  Member[] candidates(Pool pool, String tool, List<String> ids) {
    return ids.size() == 1 ? members.of(ids.getFirst()) : pool.members(members, tool, ids);
  }

  /** Why a pool takes no more calls, and when it may; found out now and then where many ask. */
  Refusal full(Pool pool) {
    return pool.full(nanos(), () -> fullNow(pool));
  }

  private Refusal fullNow(Pool pool) {
    Traffic.Sum sum = Traffic.Sum.NONE;
    int open = 0;
    int room = 0;
    for (Member member : members.of(pool.connectionIds())) {
      sum = sum.plus(member.traffic().sum(nanos()));
      if (member.isOpen()) {
        open++;
        room += member.capacity();
      }
    }
    double perSecond = sum.ends() / sum.seconds();
    int waiting = pool.queue().size();
    double seconds = perSecond == 0 ? 1 : Math.ceil((waiting + 1) / perSecond);
    return new Refusal(
        true,
        "pool '"
            + pool.name()
            + "' is full: "
            + open
            + (open == 1 ? " instance takes " : " instances take ")
            + room
            + " calls at once, and "
            + waiting
            + " more wait",
        (int) Math.clamp(seconds, 1, MAX_RETRY_AFTER));
  }

  /** Takes a member out of rotation, if its pool can spare it; whether it can. */
  boolean eject(Pool pool, Member member, String why) {
    Instant until;
    synchronized (pool) {
      int open = 0;
      int away = 0;
      for (Member each : members.of(pool.connectionIds())) {
        open += each.isOpen() ? 1 : 0;
        away += each.isOpen() && each.standing().isEjected() ? 1 : 0;
      }
      if (!outliers.mayEject(open, away)) {
        return false;
      }
      if (member.standing().isEjected()) {
        return true;
      }
      until = member.standing().eject(why);
      ejected.put(member, true);
    }
    String id = member.connection().id();
    bus.publish(
        new EjectionEvent.Ejected(
            id, member.number(), why, until, isWhollyEjected(id), clock.instant()));
    return true;
  }

  private boolean isWhollyEjected(String connectionId) {
    Member[] all = members.of(connectionId);
    for (Member each : all) {
      if (!each.standing().isEjected()) {
        return false;
      }
    }
    return all.length > 0;
  }

  private void returned(String connectionId, int instance) {
    bus.publish(new EjectionEvent.Returned(connectionId, instance, clock.instant()));
  }

  /** Drops what is kept for pools that nobody is in or asks for any more. */
  void forgetEmptyPools() {
    pools
        .values()
        .removeIf(pool ->
            pool.connectionIds().isEmpty()
                && pool.queue().size() == 0
                && pool.arrivals().sum(nanos()).arrivals() == 0);
  }

  Outliers outliers() {
    return outliers;
  }

  /** Ends what waits for too long, and takes back who was ejected; called again and again. */
  public void tick() {
    long now = nanos();
    for (Pool pool : pools.values()) {
      pool.queue().serve(now); // What nobody told of is found at the latest now.
      pool.queue().expire(now);
    }
    ejected
        .keySet()
        .forEach(member -> {
          if (member.standing().returnIfDue()) {
            member.cameUp(now);
            member.forget();
            returned(member.connection().id(), member.number());
            wake(member.connection().id());
          }
          // One step, so that who is ejected anew meanwhile is put in after it.
          ejected.computeIfPresent(
              member,
              (gone, _) -> (gone.standing().isEjected() && members.has(gone)) ? true : null);
        });
  }
}
