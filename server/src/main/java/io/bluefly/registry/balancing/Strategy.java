package io.bluefly.registry.balancing;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How the better one of several connections is found. */
public enum Strategy {
  /** Least calls in flight for its capacity first; ties: the one registered first. */
  LEAST_LOADED;

  /** The name in the API. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
