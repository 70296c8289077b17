package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.security.Principal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request to an operation, which the contract has accepted.
 *
 * @param principal who has sent it
 * @param from the address that it comes from
 * @param parameters path and query parameters by name, defaults included
 * @param body the body, {@code null} (the JSON value) without one
 */
public record Request(
    Principal principal, String from, Map<String, JsonNode> parameters, JsonNode body) {
  /** A text parameter that the contract requires. */
  String text(String name) {
    JsonNode value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the contract does not require " + name);
    }
    return value.asText();
  }

  /** A text parameter, or null when it was not given. */
  @Nullable String optionalText(String name) {
    JsonNode value = parameters.get(name);
    return value == null ? null : value.asText();
  }

  /** A number that was given or has a default. */
  int number(String name) {
    JsonNode value = parameters.get(name);
    return value == null ? 0 : value.asInt();
  }

  /** Whether a flag was given as true. */
  boolean flag(String name) {
    JsonNode value = parameters.get(name);
    return value != null && value.asBoolean();
  }
}
