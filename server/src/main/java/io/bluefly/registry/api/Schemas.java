package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The schemas in the OpenAPI document. Each is compiled when it is first needed, so that a start
 * compiles none.
 */
final class Schemas {
  private static final String BASE = "https://contract.local/openapi.json";

  private final JsonNode document;
  private final Map<String, Schema> compiled = new ConcurrentHashMap<>();
  private @Nullable SchemaRegistry registry;

  Schemas(JsonNode document) {
    this.document = document;
  }

  /** The schema at a JSON pointer. */
  Schema at(String pointer) {
    return compiled.computeIfAbsent(pointer, this::compile);
  }

  private Schema compile(String pointer) {
    String fragment = pointer.replace("{", "%7B").replace("}", "%7D");
    return registry().getSchema(SchemaLocation.of(BASE + "#" + fragment));
  }

  private synchronized SchemaRegistry registry() {
    if (registry == null) {
      registry =
          SchemaRegistry.withDefaultDialect(
              Dialects.getOpenApi31(),
              builder -> builder.schemas(Map.of(BASE, document.toString())));
    }
    return registry;
  }
}
