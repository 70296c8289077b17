package io.bluefly.registry.events;

import java.time.Instant;

/** Something that happened to a connection. Features define their own, sealed where they can. */
public interface Event {
  /** The id of the connection that it happened to. */
  String connectionId();

  /** When it happened. */
  Instant timestamp();
}
