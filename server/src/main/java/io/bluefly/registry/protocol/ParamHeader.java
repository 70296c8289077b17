package io.bluefly.registry.protocol;

import java.util.List;

/**
 * A parameter of a tool that a header repeats.
 *
 * @param path the names of the members that lead to it inside {@code arguments}, at least one
 * @param header the header's whole name, {@code Mcp-Param-} included
 * @param type what the schema says that it is
 */
public record ParamHeader(List<String> path, String header, Type type) {
  /** The types that may be repeated. */
  public enum Type {
    /** Any text. */
    STRING,
    /** A whole number that a double holds exactly. */
    INTEGER,
    /** True or false. */
    BOOLEAN
  }

  /** Copies the path. */
  public ParamHeader {
    path = List.copyOf(path);
  }

  /** Where the value stands, for messages. */
  String place() {
    return "arguments." + String.join(".", path);
  }
}
