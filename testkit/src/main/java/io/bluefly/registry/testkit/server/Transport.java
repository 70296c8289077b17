package io.bluefly.registry.testkit.server;

import java.util.Locale;

/** How messages travel. */
public enum Transport {
  /** Lines on standard input and output; only {@link Main} serves it. */
  STDIO,
  /** Streamable HTTP at {@code /mcp}. */
  HTTP,
  /** HTTP+SSE of 2024-11-05 at {@code /sse}; legacy only. */
  SSE,
  /** WebSocket at {@code /mcp}, subprotocol {@code mcp}, one message a text frame. */
  WEBSOCKET;

  static Transport of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
