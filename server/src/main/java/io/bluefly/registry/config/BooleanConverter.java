package io.bluefly.registry.config;

import org.eclipse.microprofile.config.spi.Converter;

/** Reads {@code true} and {@code false} and nothing else: a slip must not open a door. */
public final class BooleanConverter implements Converter<Boolean> {
  @Override
  public Boolean convert(String value) {
    return switch (value.strip()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("'" + value + "' is neither true nor false");
    };
  }
}
