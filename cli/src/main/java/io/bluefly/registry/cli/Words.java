package io.bluefly.registry.cli;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The registry's words that options take. */
final class Words {
  private Words() {}

  /** Reads a word of {@code type}; picocli's own reader names the constants, not the words. */
  static <E extends Enum<E>> ITypeConverter<E> oneOf(Class<E> type) {
    List<E> all = List.of(type.getEnumConstants());
    return text ->
        all.stream()
            .filter(word -> word.toString().equalsIgnoreCase(text))
            .findFirst()
            .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of " + all));
  }

  /** Where a connection is in its life. */
  enum Status {
    ACTIVE,
    IDLE,
    ERROR,
    DISCONNECTED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What a connection is. */
  enum Type {
    SERVER,
    CLIENT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How a connection is reached. */
  enum Protocol {
    STDIO,
    HTTP,
    WEBSOCKET;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How a pool's calls are spread. */
  enum Strategy {
    LEAST_LOADED,
    ROUND_ROBIN,
    WEIGHTED_ROUND_ROBIN,
    RANDOM,
    LEAST_LATENCY,
    PRIORITY,
    STICKY;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What calls that stay together have in common. */
  enum StickyBy {
    SESSION,
    PRINCIPAL,
    ARGUMENT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
