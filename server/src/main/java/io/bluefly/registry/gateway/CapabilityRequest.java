package io.bluefly.registry.gateway;

import io.bluefly.registry.events.EventText;
import io.bluefly.registry.events.EventType;
import io.bluefly.registry.events.PublicEvent;
import io.bluefly.registry.metrics.Outcome;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call that has ended. Nothing is worked out before somebody reads it.
 *
 * @param capability the tool, prompt or resource that was asked for; null for other requests
 * @param nanos how long it took
 * @param endedAt in ms since 1970
 */
record CapabilityRequest(
    String connectionId,
    String pool,
    String method,
    @Nullable String capability,
    Outcome outcome,
    long nanos,
    long endedAt)
    implements PublicEvent {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double MICROS_PER_MILLI = 1e3;

  /** Cuts what a client has named. */
  CapabilityRequest {
    method = EventText.cut(method);
    capability = capability == null ? null : EventText.cut(capability);
  }

  @Override
  public EventType type() {
    return EventType.CAPABILITY_REQUEST;
  }

  @Override
  public String status() {
    return outcome.wire();
  }

  @Override
  public Instant timestamp() {
    return Instant.ofEpochMilli(endedAt);
  }

  @Override
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (capability != null) {
      fields.put("capability", capability);
    }
    fields.put("method", method);
    fields.put("outcome", outcome.wire());
    fields.put("latency", Math.round(nanos / NANOS_PER_MICRO) / MICROS_PER_MILLI);
    return fields;
  }
}
