/**
 * A real MCP server for tests, written for the specification's letter: one set of tools, prompts
 * and resources behind every transport (stdio, Streamable HTTP, HTTP+SSE, WebSocket) and both eras.
 * It passes the official conformance suite by itself, so whatever fails behind the registry is the
 * registry's doing. Nothing here imports the service.
 */
@org.jspecify.annotations.NullMarked
package io.bluefly.registry.testkit.server;
