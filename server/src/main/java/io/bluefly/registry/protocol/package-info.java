/**
 * JSON-RPC and MCP as bytes: what routing needs to know of a message, framing, versions, error
 * codes. No I/O and no JSON tree.
 */
@NullMarked
package io.bluefly.registry.protocol;

import org.jspecify.annotations.NullMarked;
