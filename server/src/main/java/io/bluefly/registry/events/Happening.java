package io.bluefly.registry.events;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A public event of the usual kind: everything is known when it happens. */
public record Happening(
    EventType type,
    @Nullable String connectionId,
    @Nullable String pool,
    @Nullable String status,
    Instant timestamp,
    Map<String, Object> fields)
    implements PublicEvent {
  /** Copies the fields. */
  public Happening {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** Something about a connection that does not concern its status. */
  public static Happening of(
      EventType type, String connectionId, @Nullable String pool, Instant timestamp) {
    return new Happening(type, connectionId, pool, null, timestamp, Map.of());
  }

  /** The same with a text, which is cut if it is long; null leaves it out. */
  public Happening with(String name, @Nullable String text) {
    return with(name, (Object) (text == null ? null : EventText.cut(text)));
  }

  /** The same with another field, which is not long; null leaves it out. */
  public Happening with(String name, @Nullable Object value) {
    if (value == null) {
      return this;
    }
    Map<String, Object> more = new LinkedHashMap<>(fields);
    more.put(name, value);
    return new Happening(type, connectionId, pool, status, timestamp, more);
  }

  /** The same, found by filters for this status. */
  public Happening withStatus(String now) {
    return new Happening(type, connectionId, pool, now, timestamp, fields);
  }
}
