package io.bluefly.registry.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.health.HealthStatus;
import io.bluefly.registry.upstream.Upstreams;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registering, looking at, changing and disconnecting connections. */
final class ConnectionsApi {
  private static final Logger log = LoggerFactory.getLogger(ConnectionsApi.class);

  private final Connections connections;
  private final Catalogue catalogue;
  private final Upstreams upstreams;
  private final Views views;
  private final Registrations registrations;
  private final Duration goneWithin;

  /** Disconnecting answers at the latest after {@code goneWithin}. */
  ConnectionsApi(
      Connections connections,
      Catalogue catalogue,
      Upstreams upstreams,
      Views views,
      Registrations registrations,
      Duration goneWithin) {
    this.connections = connections;
    this.catalogue = catalogue;
    this.upstreams = upstreams;
    this.views = views;
    this.registrations = registrations;
    this.goneWithin = goneWithin;
  }

  /** A page of connections. */
  record Page(
      List<Views.Summary> connections, int total, int filtered, @Nullable String nextCursor) {}

  Reply list(Request request) {
    Filter filter = Filter.of(request);
    String after = cursor(request.optionalText("cursor"));
    int limit = request.number("limit");
    List<Connection> page = new ArrayList<>();
    int filtered = 0;
    boolean more = false;
    for (Connection connection : connections.all()) {
      if (filter.accepts(connection, catalogue)) {
        filtered++;
        if (connection.id().compareTo(after) > 0) {
          more |= page.size() == limit;
          if (page.size() < limit) {
            page.add(connection);
          }
        }
      }
    }
    return Reply.ok(
        new Page(
            page.stream().map(views::summary).toList(),
            connections.size(),
            filtered,
            more ? encoded(page.getLast().id()) : null));
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

    boolean accepts(Connection connection, Catalogue catalogue) {
      Registration registration = connection.registration();
      return (status == null
              ? !connection.isDisconnected()
              : status.equals(connection.status().wire()))
          && (type == null || type.equals(registration.type().wire()))
          && (protocol == null || protocol.equals(registration.protocol().wire()))
          && (name == null || name.equals(registration.name()))
          && (capability == null || catalogue.names(connection).contains(capability));
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
    Connection connection = connections.register(registrations.read(request.body()));
    Registration registration = connection.registration();
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
    return Reply.ok(views.details(connections.get(request.text("connectionId"))));
  }

  Reply update(Request request) {
    JsonNode patch = request.body();
    ConnectionStatus status =
        switch (patch.path("status").asText()) {
          case "active" -> ConnectionStatus.ACTIVE;
          case "idle" -> ConnectionStatus.IDLE;
          default -> null;
        };
    Connection after =
        connections.update(
            request.text("connectionId"), before -> registrations.merged(before, patch), status);
    return Reply.ok(views.details(after));
  }

  /** What disconnecting answers. */
  record Disconnected(
      String id, ConnectionStatus status, String message, @Nullable Instant disconnectedAt) {}

  Reply disconnect(Request request) {
    boolean force = request.flag("force");
    Connection gone = connections.disconnect(request.text("connectionId"), force);
    awaitEnd(gone);
    return Reply.ok(
        new Disconnected(
            gone.id(),
            gone.status(),
            force ? "Connection terminated" : "Connection gracefully terminated",
            gone.disconnectedAt()));
  }

  private void awaitEnd(Connection connection) {
    try {
      upstreams.gone(connection.id()).get(goneWithin.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.warn("The server of {} takes long to end; it is being killed", connection.id());
    } catch (ExecutionException e) {
      log.error("The server of {} could not be ended", connection.id(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
