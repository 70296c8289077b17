package io.bluefly.registry.capabilities;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was approved of a tool, and what its server offers now; each by the hash of the definition.
 *
 * @param name the tool's name, as its server wrote it
 * @param approval null when nothing was ever approved
 * @param seen the hash of what is offered, null for nothing
 * @param since since when that is so
 */
public record Pin(String name, @Nullable Approval approval, @Nullable String seen, Instant since) {
  /** Who approves what a connection offers first. */
  static final String FIRST_USE = "first-use";

  /**
   * What was approved.
   *
   * @param hash null for the tool's absence
   * @param by who did it
   */
  public record Approval(@Nullable String hash, Instant at, String by) {}

  /** How what is offered differs from what was approved. */
  public enum Kind {
    /** It is another definition. */
    CHANGED,
    /** There was no such tool. */
    ADDED,
    /** There is no such tool any more. */
    REMOVED;

    /** The name in the API. */
    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The hash of what was approved; null for nothing, or for the tool's absence. */
  public @Nullable String approved() {
    return approval == null ? null : approval.hash;
  }

  /** How what is offered differs from what was approved; null when it does not. */
  public @Nullable Kind change() {
    String approved = approved();
    if (Objects.equals(approved, seen)) {
      return null;
    }
    return approved == null ? Kind.ADDED : seen == null ? Kind.REMOVED : Kind.CHANGED;
  }

  /** Whether its definition may be used without anybody's approval. */
  boolean isApproved() {
    Kind change = change();
    return approved() != null && (change == null || change == Kind.REMOVED);
  }

  /** Whether nothing would be lost with it: it was never approved, and is offered no more. */
  boolean isIdle() {
    return approval == null && seen == null;
  }

  /** The same when the server offers this now. */
  Pin offered(@Nullable String hash, Instant now) {
    return Objects.equals(hash, seen) ? this : new Pin(name, approval, hash, now);
  }

  /** The same with another approval. */
  Pin approved(Approval given) {
    return new Pin(name, given, seen, since);
  }
}
