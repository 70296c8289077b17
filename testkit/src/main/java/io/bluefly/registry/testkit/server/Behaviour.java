package io.bluefly.registry.testkit.server;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * How a server treats what arrives. Whatever it does, a tool that was called has run.
 *
 * @param delay of {@link Kind#SLOW}; otherwise zero
 */
public record Behaviour(Kind kind, Duration delay) {
  /** As it should. */
  public static final Behaviour NORMAL = new Behaviour(Kind.NORMAL, Duration.ZERO);

  /** Reads and never answers, not even to a ping. What it has taken so is never answered. */
  public static final Behaviour HUNG = new Behaviour(Kind.HUNG, Duration.ZERO);

  /** Answers calls of tools with an error of its own: -32603, over HTTP with 500. */
  public static final Behaviour ERRING = new Behaviour(Kind.ERRING, Duration.ZERO);

  /** Answers everything with bytes that are no JSON. */
  public static final Behaviour GARBAGE = new Behaviour(Kind.GARBAGE, Duration.ZERO);

  /** Which of them it is. */
  public enum Kind {
    /** {@link Behaviour#NORMAL}. */
    NORMAL,
    /** {@link Behaviour#slow}. */
    SLOW,
    /** {@link Behaviour#HUNG}. */
    HUNG,
    /** {@link Behaviour#ERRING}. */
    ERRING,
    /** {@link Behaviour#GARBAGE}. */
    GARBAGE
  }

  /** Answers calls of tools after that time; all else at once. */
  public static Behaviour slow(Duration delay) {
    return new Behaviour(Kind.SLOW, delay);
  }

  static Behaviour parse(String text) {
    List<String> words = List.of(text.strip().split(" "));
    return new Behaviour(
        Kind.valueOf(words.getFirst().toUpperCase(Locale.ROOT)), Duration.parse(words.getLast()));
  }

  String text() {
    return kind.name().toLowerCase(Locale.ROOT) + " " + delay;
  }
}
