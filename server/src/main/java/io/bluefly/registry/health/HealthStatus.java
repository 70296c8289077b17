package io.bluefly.registry.health;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What checks and upstreams say of a connection. */
public enum HealthStatus {
  /** Nothing is known yet. */
  INITIALIZING,
  /** It answers. */
  HEALTHY,
  /** It answers slowly, or not always. */
  DEGRADED,
  /** It can't be used. */
  UNHEALTHY;

  /** The name in the API. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }
}
