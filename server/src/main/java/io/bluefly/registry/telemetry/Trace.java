package io.bluefly.registry.telemetry;

import org.jspecify.annotations.Nullable;

/** A call of a client to the registry: a span of kind SERVER. */
public interface Trace {
  /** It is passed on to a server; if it is never ended, nothing is told of it. */
  Attempt attempt(CallSubject subject, String connectionId, String pool);

  /** It has ended; only the first report counts. */
  void end(@Nullable CallError error);

  /** It has ended as its last attempt did. */
  void end();
}
