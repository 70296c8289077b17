/**
 * Tells an OpenTelemetry collector of calls, by the semantic conventions for MCP. Nothing of
 * OpenTelemetry's is loaded unless a collector is configured.
 */
@NullMarked
package io.bluefly.registry.telemetry;

import org.jspecify.annotations.NullMarked;
