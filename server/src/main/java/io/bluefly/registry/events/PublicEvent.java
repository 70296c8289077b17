package io.bluefly.registry.events;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that happened, as the world is told of it. Immutable; holds no secret. */
public interface PublicEvent {
  /** What kind of thing happened. */
  EventType type();

  /** The connection that it happened to; null when it concerns a pool. */
  @Nullable String connectionId();

  /** The pool that it happened in; null when that is not known any more. */
  @Nullable String pool();

  /**
   * What filters by status go by: the status or the health that the connection has now, or the
   * outcome of the call; null when it says nothing of these.
   */
  @Nullable String status();

  /** When it happened. */
  Instant timestamp();

  /**
   * What else there is to say, in the order to say it in: texts, numbers, booleans, and lists and
   * maps of these. Asked for when somebody reads the event, not when it happens.
   */
  Map<String, Object> fields();
}
