package io.bluefly.registry.connections;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a user says of a connection.
 *
 * @param name 1..64 of {@code [A-Za-z0-9_.-]} without {@code __}, not dots alone
 * @param endpoint how a server is reached; a client has none or one for information
 * @param capabilities what the connection is found by and may be called for; null: all it offers
 * @param metadata anything the user wants to keep with it
 * @param pool connections of one pool may stand in for each other; by default the name
 * @param capacity calls that it takes at once, 1..100000
 * @param weight its share where a strategy weighs, 1..1000
 */
public record Registration(
    String name,
    ConnectionType type,
    Protocol protocol,
    @Nullable Endpoint endpoint,
    @Nullable List<String> capabilities,
    Map<String, JsonNode> metadata,
    HealthCheck healthCheck,
    String pool,
    int capacity,
    int weight,
    Instances instances) {
  /** Calls at once where a registration says nothing. */
  public static final int DEFAULT_CAPACITY = 20;

  /** Copies the collections; a server must have an endpoint, and one of its protocol. */
  public Registration {
    capabilities = capabilities == null ? null : List.copyOf(capabilities);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    if (type == ConnectionType.SERVER && endpoint == null) {
      throw new IllegalArgumentException("a server needs an endpoint");
    }
    if (endpoint != null && endpoint.protocol() != protocol) {
      throw new IllegalArgumentException("the endpoint does not fit the protocol");
    }
  }

  /** Whether the upstream has to be opened again to get from here to {@code next}. */
  boolean reachedOtherwiseThan(Registration next) {
    return !java.util.Objects.equals(endpoint, next.endpoint) || !instances.equals(next.instances);
  }
}
