package io.bluefly.registry.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.capabilities.Providers;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.health.HealthStatus;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Registering, looking at, changing and disconnecting connections. */
final class ConnectionsApi {
  private final Connections connections;
  private final Catalogue catalogue;
  private final Providers providers;
  private final Views views;
  private final Registrations registrations;
  private final Endings endings;

  ConnectionsApi(
      Connections connections,
      Catalogue catalogue,
      Providers providers,
      Views views,
      Registrations registrations,
      Endings endings) {
    this.connections = connections;
    this.catalogue = catalogue;
    this.providers = providers;
    this.views = views;
    this.registrations = registrations;
    this.endings = endings;
  }

  /** A page of connections. */
  record Page(
      List<Views.Summary> connections, int total, int filtered, @Nullable String nextCursor) {}

  Reply list(Request request) {
    Filter filter = Filter.of(request);
    Visible visible = Visible.to(request, connections);
    String after = cursor(request.optionalText("cursor"));
    int limit = request.number("limit");
    // Where nothing is filtered by, nobody has to be looked at to be counted.
    boolean all = visible.scope().isAll();
    int filtered =
        filter.isEmpty() && all
            ? connections.present()
            : (int) matching(visible, filter, "").count();
    List<Connection> page = matching(visible, filter, after).limit(limit + 1L).toList();
    boolean more = page.size() > limit;
    List<Connection> shown = more ? page.subList(0, limit) : page;
    return Reply.ok(
        new Page(
            shown.stream().map(views::summary).toList(),
            all ? connections.size() : visible.all().size(),
            filtered,
            more ? encoded(shown.getLast().id()) : null));
  }

  /** Those behind {@code after} that the filter accepts, in the order of registration. */
  private Stream<Connection> matching(Visible visible, Filter filter, String after) {
    Stream<Connection> candidates =
        filter.name != null && !filter.isForTombstones()
            ? connections.findByName(filter.name).stream()
            : filter.capability != null && !filter.isForTombstones()
                ? providers.of(List.of(filter.capability)).stream()
                : connections.after(after).stream();
    return candidates.filter(
        c -> c.id().compareTo(after) > 0 && visible.has(c) && filter.accepts(c, catalogue));
  }

  private static String encoded(String id) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(id.getBytes(UTF_8));
  }

  private static String cursor(@Nullable String text) {
    if (text == null) {
      return "";
    }
    try {
      String id = new String(Base64.getUrlDecoder().decode(text), UTF_8);
      if (id.startsWith("mcp-conn-")) {
        return id;
      }
    } catch (IllegalArgumentException e) {
      // Reported below, as any cursor that is none of ours.
    }
    throw new ProblemException(
        Problems.invalid("query/cursor", "is no cursor of this list; take nextCursor as it is"));
  }

  /** The filters of a list; null accepts all. Tombstones are listed only when asked for. */
  private record Filter(
      @Nullable String status,
      @Nullable String type,
      @Nullable String protocol,
      @Nullable String capability,
      @Nullable String name) {

    static Filter of(Request request) {
      return new Filter(
          request.optionalText("status"),
          request.optionalText("type"),
          request.optionalText("protocol"),
          request.optionalText("capability"),
          request.optionalText("name"));
    }

    boolean isEmpty() {
      return status == null
          && type == null
          && protocol == null
          && capability == null
          && name == null;
    }

    boolean isForTombstones() {
      return ConnectionStatus.DISCONNECTED.wire().equals(status);
    }

    boolean accepts(Connection connection, Catalogue catalogue) {
      Registration registration = connection.registration();
      return (status == null
              ? !connection.isDisconnected()
              : status.equals(connection.status().wire()))
          && (type == null || type.equals(registration.type().wire()))
          && (protocol == null || protocol.equals(registration.protocol().wire()))
          && (name == null || name.equals(registration.name()))
          && (capability == null || catalogue.offers(connection, capability));
    }
  }

  /** What a registration answers. */
  record Registered(
      String id,
      String name,
      ConnectionStatus status,
      RegisteredConnection connection,
      Instant createdAt) {}

  /** The connection in the answer to its registration. */
  record RegisteredConnection(
      String id,
      ConnectionType type,
      Protocol protocol,
      Collection<String> capabilities,
      RegisteredHealth health) {}

  /** Nothing is known of a new connection. */
  record RegisteredHealth(HealthStatus status, Instant lastCheck) {}

  Reply register(Request request) {
    Registration registration = registrations.read(request.body());
    Rights.requireRegister(request.principal(), registration);
    Connection connection = connections.register(registration);
    Registered body =
        new Registered(
            connection.id(),
            connection.name(),
            connection.status(),
            new RegisteredConnection(
                connection.id(),
                registration.type(),
                registration.protocol(),
                Objects.requireNonNullElse(registration.capabilities(), List.of()),
                new RegisteredHealth(HealthStatus.INITIALIZING, connection.createdAt())),
            connection.createdAt());
    return new Reply(201, Map.of("location", "/connections/" + connection.id()), body);
  }

  Reply get(Request request) {
    return Reply.ok(
        views.details(Visible.to(request, connections).get(request.text("connectionId"))));
  }

  Reply update(Request request) {
    JsonNode patch = request.body();
    Connection visible = Visible.to(request, connections).get(request.text("connectionId"));
    Rights.requireChange(request.principal(), visible);
    Connection after =
        connections.update(
            visible.id(),
            before -> registrations.merged(request.principal(), before, patch),
            Registrations.status(patch));
    return Reply.ok(views.details(after));
  }

  /** What disconnecting answers. */
  record Disconnected(
      String id, ConnectionStatus status, String message, @Nullable Instant disconnectedAt) {}

  Reply disconnect(Request request) {
    boolean force = request.flag("force");
    Connection visible = Visible.to(request, connections).get(request.text("connectionId"));
    Connection gone = connections.disconnect(visible.id(), force);
    endings.await(List.of(gone));
    return Reply.ok(
        new Disconnected(
            gone.id(),
            gone.status(),
            force ? "Connection terminated" : "Connection gracefully terminated",
            gone.disconnectedAt()));
  }
}
