package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.Members;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.Span;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a client can do for a server: answer what servers ask.
 *
 * @param declared JSON text of what it declared of each feature, by the feature's name
 */
record ClientFeatures(Map<String, String> declared) {
  private static final Set<String> ANSWERING = Set.of("sampling", "elicitation", "roots");

  ClientFeatures {
    declared = Map.copyOf(declared);
  }

  /** What {@code initialize}, or a modern request, declares. */
  static ClientFeatures of(RpcMessage request) {
    Map<String, String> declared = new LinkedHashMap<>();
    Span capabilities = request.capabilitiesSpan();
    if (capabilities != null) {
      try {
        Members.of(request.json(), capabilities)
            .forEach((name, at) -> declared.put(name, at.text(request.json())));
      } catch (MalformedMessageException e) {
        return new ClientFeatures(Map.of());
      }
    }
    declared.keySet().retainAll(ANSWERING);
    return new ClientFeatures(declared);
  }

  /** Whether the client can answer anything at all. */
  boolean any() {
    return !declared.isEmpty();
  }

  /** Whether the client can answer a request of this method. */
  boolean answers(String method) {
    return switch (method) {
      case "sampling/createMessage" -> declared.containsKey("sampling");
      case "elicitation/create" -> declared.containsKey("elicitation");
      case "roots/list" -> declared.containsKey("roots");
      default -> false;
    };
  }

  /** Whether the client can send its user to an address. */
  boolean opensUrls() {
    return declared.getOrDefault("elicitation", "").contains("\"url\"");
  }
}
