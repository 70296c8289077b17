package io.bluefly.registry.capabilities;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that a server offers by name.
 *
 * @param target what a call names it by: a resource's URI, else the name
 * @param schema the JSON Schema of a tool's arguments
 * @param definition its definition as the server wrote it, JSON text; empty when not verified
 * @param verified whether the server really offers it
 */
public record Capability(
    Kind kind,
    String name,
    String target,
    @Nullable String description,
    @Nullable JsonNode schema,
    String definition,
    boolean verified) {
  /** What it is. */
  public enum Kind {
    /** Can be called. */
    TOOL("tools", "tools/list", "tools/call"),
    /** A template for messages. */
    PROMPT("prompts", "prompts/list", "prompts/get"),
    /** Can be read. */
    RESOURCE("resources", "resources/list", "resources/read");

    private final String key;
    private final String listMethod;
    private final String useMethod;

    Kind(String key, String listMethod, String useMethod) {
      this.key = key;
      this.listMethod = listMethod;
      this.useMethod = useMethod;
    }

    /** The name in the API. */
    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The member of a server's capabilities, and of a list result. */
    public String key() {
      return key;
    }

    /** The method that lists such capabilities. */
    public String listMethod() {
      return listMethod;
    }

    /** The method that uses one. */
    public String useMethod() {
      return useMethod;
    }
  }

  /** A capability that a registration declares and that was not found at the server. */
  static Capability unverified(String name) {
    return new Capability(Kind.TOOL, name, name, null, null, "", false);
  }
}
