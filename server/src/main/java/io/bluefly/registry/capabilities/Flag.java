package io.bluefly.registry.capabilities;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * Something in a definition that a person should look at. It blocks nothing by itself.
 *
 * @param where JSON pointer (RFC 6901) into the definition; printable ASCII
 * @param detail what was found, printable ASCII: nothing in it can hide or instruct
 */
public record Flag(Kind kind, String where, String detail) {
  /** What was found. */
  public enum Kind {
    /** Characters that people do not see. */
    HIDDEN_UNICODE,
    /** Control characters, such as those of terminals. */
    CONTROL_CHARACTERS,
    /** A member stands there twice: some read the first, others the last. */
    DUPLICATE_MEMBERS,
    /** Markup that poses as somebody else's words, such as {@code <IMPORTANT>}. */
    INSTRUCTION_TAG,
    /** A phrase that is meant for a model and against its user. */
    INSTRUCTION_PHRASE,
    /** Instructions about a tool that only another pool offers. */
    NAMES_OTHER_TOOL;

    /** The name in the API. */
    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
