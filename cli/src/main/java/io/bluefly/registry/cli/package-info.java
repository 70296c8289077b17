/**
 * The commands of {@code ./mcp-registry}: their options, and what they print. How the registry is
 * reached lives in {@code http}, MCP's tools/call in {@code tool}, what people read in {@code
 * text}.
 */
@NullMarked
package io.bluefly.registry.cli;

import org.jspecify.annotations.NullMarked;
