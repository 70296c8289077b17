package io.bluefly.registry.cli.registration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.cli.http.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server to register; what is null or empty is left to the registry.
 *
 * @param pool of connections that may stand in for each other
 * @param capacity calls at once
 */
public record Registration(
    String name,
    Endpoint endpoint,
    @Nullable String pool,
    @Nullable Integer capacity,
    List<String> capabilities) {
  /** Copies the capabilities. */
  public Registration {
    capabilities = List.copyOf(capabilities);
  }

  /** As the registry takes it. */
  public ObjectNode json() {
    ObjectNode json =
        Json.object().put("name", name).put("type", "server").put("protocol", endpoint.protocol());
    json.set("endpoint", endpoint.json());
    if (pool != null) {
      json.put("pool", pool);
    }
    if (capacity != null) {
      json.put("capacity", capacity);
    }
    if (!capabilities.isEmpty()) {
      capabilities.forEach(json.putArray("capabilities")::add);
    }
    return json;
  }
}
