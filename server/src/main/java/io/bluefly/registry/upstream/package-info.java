/**
 * Reaches MCP servers: child processes and HTTP endpoints, the handshake of both eras, and the
 * supervision that opens an upstream again when it is lost.
 */
@NullMarked
package io.bluefly.registry.upstream;

import org.jspecify.annotations.NullMarked;
