package io.bluefly.registry.telemetry;

import org.jspecify.annotations.Nullable;

/** A call of the registry to a server: a span of kind CLIENT. */
public interface Attempt {
  /** What the server's own span belongs to. */
  TraceContext context();

  /** It has ended; only the first report counts. */
  void end(@Nullable CallError error);
}
