/**
 * Reaches MCP servers: child processes, HTTP endpoints (Streamable HTTP, and HTTP+SSE of
 * 2024-11-05) and WebSockets, the handshake of both eras, and the supervision that opens an
 * upstream again when it is lost.
 */
@NullMarked
package io.bluefly.registry.upstream;

import org.jspecify.annotations.NullMarked;
