/**
 * The data plane: MCP from clients to servers. Runs on the event loops, keeps messages as bytes.
 */
@NullMarked
package io.bluefly.registry.gateway;

import org.jspecify.annotations.NullMarked;
