package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Optional;
import java.util.Set;

/** What a single value of a field is. */
sealed interface Kind {
  /** The value as JSON:API shows it; one that does not fit stays as it is. */
  JsonNode stored(JsonNode sent);

  /** What is wrong with a stored value. */
  Optional<Fault> fault(String label, JsonNode stored);

  /**
   * What is wrong.
   *
   * @param inside whether the error points at the value's property, not at the value
   */
  record Fault(boolean inside, String message) {
    static Fault wrongType() {
      return new Fault(true, "This value should be of the correct primitive type.");
    }
  }

  /** A text of at most so many characters. */
  record Text(int longest) implements Kind {
    /** As long as one likes. */
    static final Text LONG = new Text(Integer.MAX_VALUE);

    @Override
    public JsonNode stored(JsonNode sent) {
      return sent.isValueNode() ? TextNode.valueOf(sent.asText()) : sent;
    }

    @Override
    public Optional<Fault> fault(String label, JsonNode stored) {
      if (!stored.isTextual()) {
        return Optional.of(Fault.wrongType());
      }
      String text = stored.textValue();
      return text.codePointCount(0, text.length()) <= longest
          ? Optional.empty()
          : Optional.of(
              new Fault(true, label + ": may not be longer than " + longest + " characters."));
    }
  }

  /** One of a few texts. */
  record Choice(Set<String> allowed) implements Kind {
    static Choice of(String... allowed) {
      return new Choice(Set.of(allowed));
    }

    @Override
    public JsonNode stored(JsonNode sent) {
      return sent.isValueNode() ? TextNode.valueOf(sent.asText()) : sent;
    }

    @Override
    public Optional<Fault> fault(String label, JsonNode stored) {
      return stored.isTextual() && allowed.contains(stored.textValue())
          ? Optional.empty()
          : Optional.of(new Fault(false, "The value you selected is not a valid choice."));
    }
  }

  /** A whole number; like SQLite, it takes more than 32 bits. */
  record Whole() implements Kind {
    @Override
    public JsonNode stored(JsonNode sent) {
      return sent.canConvertToLong() && sent.canConvertToExactIntegral()
          ? Documents.number(sent.longValue())
          : sent;
    }

    @Override
    public Optional<Fault> fault(String label, JsonNode stored) {
      return stored.isIntegralNumber() ? Optional.empty() : Optional.of(Fault.wrongType());
    }
  }

  /** Yes or no. */
  record Flag() implements Kind {
    @Override
    public JsonNode stored(JsonNode sent) {
      return sent.isNumber() ? BooleanNode.valueOf(sent.asBoolean()) : sent;
    }

    @Override
    public Optional<Fault> fault(String label, JsonNode stored) {
      return stored.isBoolean() ? Optional.empty() : Optional.of(Fault.wrongType());
    }
  }

  /** A time; another format than RFC 3339 in whole seconds is refused before anything else. */
  record Moment() implements Kind {
    @Override
    public JsonNode stored(JsonNode sent) {
      return TextNode.valueOf(Times.shown(Times.read(sent.asText())));
    }

    @Override
    public Optional<Fault> fault(String label, JsonNode stored) {
      return Optional.empty();
    }
  }
}
