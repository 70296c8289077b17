package io.bluefly.registry.capabilities;

import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.UpstreamEvent;
import io.bluefly.registry.upstream.UpstreamException;
import io.bluefly.registry.upstream.UpstreamSession;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each server offers, as read from it when it opened and whenever it says that its lists have
 * changed. What was read stays known while the server is away.
 */
public final class Catalogue {
  private static final Logger log = LoggerFactory.getLogger(Catalogue.class);
  private static final Duration RETRY = Duration.ofSeconds(5);

  /** What a client may ask of a connection that declares its capabilities, beside using those. */
  private static final Set<String> HARMLESS =
      Set.of(
          "initialize",
          "ping",
          "server/discover",
          "tools/list",
          "prompts/list",
          "resources/list",
          "resources/templates/list",
          "resources/unsubscribe",
          "subscriptions/listen",
          "logging/setLevel",
          "tasks/get",
          "tasks/update",
          "tasks/cancel");

  private enum Reading {
    ONCE,
    AGAIN
  }

  private final EventBus bus;
  private final Executor executor;
  private final InstantSource clock;
  private final Definitions definitions;
  private final CatalogueReader reader = new CatalogueReader();
  private final Map<String, Offer> offered = new ConcurrentHashMap<>();
  private final Map<String, Reading> readings = new ConcurrentHashMap<>();

  /** Reads on {@code executor}, whose threads may wait, when upstreams say that it is time. */
  public Catalogue(EventBus bus, Executor executor, InstantSource clock, Definitions definitions) {
    this.bus = bus;
    this.executor = executor;
    this.clock = clock;
    this.definitions = definitions;
    bus.subscribe(UpstreamEvent.Opened.class, e -> refresh(e.connectionId(), e.session()));
    bus.subscribe(UpstreamEvent.ListChanged.class, e -> refresh(e.connectionId(), e.session()));
    bus.subscribe(ConnectionEvent.Purged.class, e -> offered.remove(e.connectionId()));
  }

  private void refresh(String connectionId, UpstreamSession session) {
    Reading now = readings.merge(connectionId, Reading.ONCE, (running, _) -> Reading.AGAIN);
    if (now == Reading.ONCE) {
      executor.execute(() -> read(connectionId, session));
    }
  }

  private void read(String connectionId, UpstreamSession session) {
    try {
      publish(connectionId, new Offer(reader.read(session)));
    } catch (UpstreamException e) {
      log.warn("The catalogue of {} can't be read: {}", connectionId, e.getMessage());
      retry(connectionId, session);
    } finally {
      Reading next =
          readings.compute(
              connectionId, (id, state) -> state == Reading.AGAIN ? Reading.ONCE : null);
      if (next == Reading.ONCE) {
        executor.execute(() -> read(connectionId, session));
      }
    }
  }

  private void publish(String connectionId, Offer offer) {
    Offer before = offered.get(connectionId);
    Set<Kind> changed = offer.changed(before == null ? Offer.NONE : before);
    if (before == null || changed.contains(Kind.TOOL)) {
      definitions.review(connectionId, offer.withDoubles(Kind.TOOL)); // Before anybody sees them.
    }
    offered.put(connectionId, offer);
    if (before == null || !changed.isEmpty()) {
      bus.publish(new CapabilityEvent.Changed(connectionId, changed, clock.instant()));
    }
  }

  private void retry(String connectionId, UpstreamSession session) {
    if (!session.closed().isDone()) {
      CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS, executor)
          .execute(() -> refresh(connectionId, session));
    }
  }

  /**
   * What a connection is found by and may be called for: what its registration declares, each
   * marked as verified or not, or else all that its server offers and nothing withholds.
   */
  public List<Capability> of(Connection connection) {
    return declared(connection, usable(connection.id()));
  }

  /** As {@link #of}, with what is withheld until its definition is approved. */
  public List<Capability> withWithheld(Connection connection) {
    return declared(connection, offer(connection.id()).named());
  }

  private static List<Capability> declared(Connection connection, List<Capability> all) {
    List<String> declared = connection.registration().capabilities();
    if (declared == null) {
      return all;
    }
    List<Capability> known = new ArrayList<>();
    for (String name : declared) {
      List<Capability> named = all.stream().filter(c -> c.name().equals(name)).toList();
      known.addAll(named.isEmpty() ? List.of(Capability.unverified(name)) : named);
    }
    return known;
  }

  private Offer offer(String connectionId) {
    return offered.getOrDefault(connectionId, Offer.NONE);
  }

  private List<Capability> usable(String connectionId) {
    List<Capability> all = offer(connectionId).named();
    return isChecked()
        ? all.stream().filter(each -> !isWithheld(connectionId, each)).toList()
        : all;
  }

  private boolean isWithheld(String connectionId, Capability capability) {
    return capability.kind() == Kind.TOOL && definitions.withholds(connectionId, capability.name());
  }

  /** Whether tools are withheld until their definitions are approved, so that lists are ours. */
  public boolean isChecked() {
    return definitions.policy() == DefinitionPolicy.BLOCK;
  }

  /** The tools of a connection that are withheld, as its registration declares them. */
  List<Capability> withheld(Connection connection) {
    return isChecked()
        ? withWithheld(connection).stream()
            .filter(each -> each.verified() && isWithheld(connection.id(), each))
            .toList()
        : List.of();
  }

  /** The names of {@link #of}, each once. */
  public Collection<String> names(Connection connection) {
    List<String> declared = connection.registration().capabilities();
    if (isChecked()) {
      return usableNames(connection);
    }
    return declared == null
        ? offer(connection.id()).names()
        : declared; // No name is declared twice.
  }

  private Collection<String> usableNames(Connection connection) {
    Set<String> names = new LinkedHashSet<>();
    of(connection).forEach(each -> names.add(each.name()));
    List<Capability> withheld = withheld(connection);
    // Something else may be verified by the name of a tool that is withheld.
    withheld.stream()
        .map(Capability::name)
        .filter(name -> !has(usable(connection.id()), name))
        .forEach(names::remove);
    return names;
  }

  private static boolean has(List<Capability> all, String name) {
    return all.stream().anyMatch(each -> each.name().equals(name));
  }

  /** Whether a connection is found by a name. */
  public boolean offers(Connection connection, String name) {
    List<String> declared = connection.registration().capabilities();
    if (isChecked()) {
      return usableNames(connection).contains(name);
    }
    return declared == null ? offer(connection.id()).has(name) : declared.contains(name);
  }

  /** The resource templates of a connection that may be used: all, or none if it declares. */
  public List<Capability> templates(Connection connection) {
    return connection.registration().capabilities() == null
        ? offer(connection.id()).of(Kind.TEMPLATE)
        : List.of();
  }

  /** Whether the server's lists were read, since it or the registry was started. */
  public boolean isKnown(String connectionId) {
    return offered.containsKey(connectionId);
  }

  /** Whether a request may pass, and what it uses. */
  public Permission permission(Connection connection, RpcMessage request) {
    List<String> declared = connection.registration().capabilities();
    return switch (request.method()) {
      case "tools/call" -> permission(connection, Kind.TOOL, request.target());
      case "prompts/get" -> permission(connection, Kind.PROMPT, request.target());
      case "resources/read", "resources/subscribe" ->
          permission(connection, Kind.RESOURCE, request.target());
      case "completion/complete" ->
          declared == null
              ? Permission.UNNAMED
              : request.refUri() == null
                  ? permission(connection, Kind.PROMPT, request.refName()).unnamed()
                  : permission(connection, Kind.RESOURCE, request.refUri()).unnamed();
      default ->
          declared == null || HARMLESS.contains(request.method())
              ? Permission.UNNAMED
              : Permission.NONE;
    };
  }

  /** Whether a resource's changes may be heard of. */
  public boolean maySubscribe(Connection connection, String uri) {
    return permission(connection, Kind.RESOURCE, uri).allowed();
  }

  private Permission permission(Connection connection, Kind kind, @Nullable String target) {
    if (target == null) {
      return Permission.UNNAMED; // The server says what is missing.
    }
    if (kind == Kind.TOOL && definitions.withholds(connection.id(), target)) {
      return Permission.WITHHELD;
    }
    Capability known = offer(connection.id()).find(kind, target);
    List<String> declared = connection.registration().capabilities();
    // Without a declaration the server itself knows best, also of what is newer than the catalogue.
    boolean allowed = declared == null || (known != null && declared.contains(known.name()));
    return new Permission(allowed, false, allowed ? known : null);
  }

  /**
   * Whether a request may pass.
   *
   * @param withheld whether it may not because a definition is not approved
   * @param capability what it uses, null for what is in no catalogue
   */
  public record Permission(boolean allowed, boolean withheld, @Nullable Capability capability) {
    static final Permission UNNAMED = new Permission(true, false, null);
    static final Permission NONE = new Permission(false, false, null);
    static final Permission WITHHELD = new Permission(false, true, null);

    private Permission unnamed() {
      return allowed ? UNNAMED : NONE;
    }
  }
}
