package io.bluefly.registry.capabilities;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.protocol.ParamHeaders;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that a server offers by name.
 *
 * @param target what a call names it by: a resource's URI or its template, else the name
 * @param schema the JSON Schema of a tool's arguments
 * @param definition its definition as the server wrote it, JSON text; empty when not verified
 * @param params the arguments of a tool that HTTP headers repeat
 * @param effects what a call of it does to the world, as far as the server says
 * @param verified whether the server really offers it
 */
public record Capability(
    Kind kind,
    String name,
    String target,
    @Nullable String description,
    @Nullable JsonNode schema,
    String definition,
    ParamHeaders params,
    Effects effects,
    boolean verified) {
  /** What it is. */
  public enum Kind {
    /** Can be called. */
    TOOL("tools", "tools", "tools/list"),
    /** A template for messages. */
    PROMPT("prompts", "prompts", "prompts/list"),
    /** Can be read. */
    RESOURCE("resources", "resources", "resources/list"),
    /** Addresses of further resources with places to fill in; found only by reading one. */
    TEMPLATE("resources", "resourceTemplates", "resources/templates/list");

    private final String feature;
    private final String key;
    private final String listMethod;

    Kind(String feature, String key, String listMethod) {
      this.feature = feature;
      this.key = key;
      this.listMethod = listMethod;
    }

    /** The name in the API. */
    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The member of a server's capabilities that says that it has such ones. */
    public String feature() {
      return feature;
    }

    /** The member of a list result. */
    public String key() {
      return key;
    }

    /** The method that lists such capabilities. */
    public String listMethod() {
      return listMethod;
    }
  }

  /** What a call does to the world. */
  public enum Effects {
    /** Nothing ({@code readOnlyHint}): it may be made twice, also at the same time. */
    NONE,
    /** The same however often it is made ({@code idempotentHint}). */
    SAME_AGAIN,
    /** Nothing is known: it must not be made twice. */
    UNKNOWN
  }

  /** A capability that a registration declares and that was not found at the server. */
  static Capability unverified(String name) {
    return new Capability(
        Kind.TOOL, name, name, null, null, "", ParamHeaders.NONE, Effects.UNKNOWN, false);
  }
}
