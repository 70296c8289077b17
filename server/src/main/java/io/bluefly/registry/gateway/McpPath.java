package io.bluefly.registry.gateway;

import io.bluefly.registry.gateway.Address.AllPools;
import io.bluefly.registry.gateway.Address.OneConnection;
import io.bluefly.registry.gateway.Address.OnePool;
import org.jspecify.annotations.Nullable;

/**
 * A path of the data plane.
 *
 * @param address for whom
 * @param form how MCP is spoken there
 */
public record McpPath(Address address, Form form) {
  /** How MCP is spoken at a path. */
  public enum Form {
    /** Streamable HTTP of both eras, and WebSocket. */
    MCP("/mcp"),
    /** HTTP+SSE of 2024-11-05: the stream. */
    SSE("/sse"),
    /** HTTP+SSE of 2024-11-05: where the client's messages go. */
    MESSAGES("/messages");

    private final String suffix;

    Form(String suffix) {
      this.suffix = suffix;
    }

    /** How the paths end. */
    String suffix() {
      return suffix;
    }
  }

  private static final String CONNECTIONS = "/connections/";
  private static final String POOLS = "/pools/";

  /** What {@code path} is on the data plane, or null when it is not part of it. */
  public static @Nullable McpPath parse(String path) {
    if (path.equals(Form.MCP.suffix)) {
      return new McpPath(new AllPools(), Form.MCP);
    }
    for (Form form : Form.values()) {
      if (path.endsWith(form.suffix)) {
        String id = between(path, CONNECTIONS, form.suffix);
        if (id != null) {
          return new McpPath(new OneConnection(id), form);
        }
        String pool = between(path, POOLS, form.suffix);
        return pool == null ? null : new McpPath(new OnePool(pool), form);
      }
    }
    return null;
  }

  private static @Nullable String between(String path, String prefix, String suffix) {
    int end = path.length() - suffix.length();
    if (!path.startsWith(prefix) || end <= prefix.length()) {
      return null;
    }
    String name = path.substring(prefix.length(), end);
    return name.indexOf('/') < 0 ? name : null;
  }

  /** The path itself. */
  String text() {
    return switch (address) {
      case OneConnection one -> CONNECTIONS + one.id() + form.suffix;
      case OnePool pool -> POOLS + pool.name() + form.suffix;
      case AllPools _ -> form.suffix;
    };
  }
}
