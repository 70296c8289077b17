package io.bluefly.registry.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * Which span something belongs to, as <a href="https://www.w3.org/TR/trace-context/">W3C Trace
 * Context</a> writes it. What is malformed counts as absent.
 */
public record TraceContext(@Nullable String traceparent, @Nullable String tracestate) {
  /** None. */
  public static final TraceContext NONE = new TraceContext(null, null);
}
