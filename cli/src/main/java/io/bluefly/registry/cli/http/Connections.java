package io.bluefly.registry.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The registry's connections, by name or by id. */
public final class Connections {
  private static final String ID_PREFIX = "mcp-conn-";
  private static final String PATH = "/connections";

  private final RegistryClient client;

  /** Asks through {@code client}. */
  public Connections(RegistryClient client) {
    this.client = client;
  }

  /** Registers a connection; answers what the registry said. */
  public JsonNode register(JsonNode registration) {
    return client.post(PATH, registration).orThrow();
  }

  /** What discovery finds. */
  public JsonNode discover(JsonNode wanted) {
    return client.post(PATH + "/discover", wanted).orThrow();
  }

  /** All connections that {@code filters} leave, page by page to the end; null filters nothing. */
  public ArrayNode list(Map<String, @Nullable String> filters) {
    ArrayNode all = Json.object().arrayNode();
    Map<String, @Nullable String> query = new LinkedHashMap<>(filters);
    JsonNode cursor;
    do {
      JsonNode page = client.get(PATH + queryText(query)).orThrow();
      page.path("connections").forEach(all::add);
      cursor = page.path("nextCursor");
      query.put("cursor", cursor.asText());
    } while (cursor.isTextual());
    return all;
  }

  private static String queryText(Map<String, @Nullable String> query) {
    String text =
        query.entrySet().stream()
            .flatMap(e -> part(e.getKey(), e.getValue()))
            .collect(Collectors.joining("&"));
    return text.isEmpty() ? "" : "?" + text;
  }

  private static Stream<String> part(String name, @Nullable String value) {
    return value == null ? Stream.empty() : Stream.of(name + "=" + RegistryAddress.encoded(value));
  }

  /** The connection in full. */
  public ObjectNode details(String nameOrId) {
    return found(client.get(path(nameOrId)), nameOrId);
  }

  /** Disconnects; answers what the registry said. */
  public ObjectNode disconnect(String nameOrId, boolean force) {
    return found(client.delete(path(nameOrId) + (force ? "?force=true" : "")), nameOrId);
  }

  private String path(String nameOrId) {
    return PATH + "/" + RegistryAddress.encoded(id(nameOrId));
  }

  /** The id of the connection that has this name or id. */
  public String id(String nameOrId) {
    if (nameOrId.startsWith(ID_PREFIX)) {
      return nameOrId;
    }
    JsonNode found = list(Collections.singletonMap("name", nameOrId)).path(0).path("id");
    if (!found.isTextual()) {
      throw unknown(nameOrId);
    }
    return found.asText();
  }

  private static ObjectNode found(Answer answer, String nameOrId) {
    if (answer.isNotFound()) {
      throw unknown(nameOrId);
    }
    return (ObjectNode) answer.orThrow();
  }

  private static CliException unknown(String nameOrId) {
    return CliException.refused(
        "There is no connection '" + nameOrId + "'; ./mcp-registry list shows what there is");
  }
}
