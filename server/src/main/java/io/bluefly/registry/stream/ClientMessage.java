package io.bluefly.registry.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bluefly.registry.events.EventFilter;
import io.bluefly.registry.events.EventId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a client says on a WebSocket. */
sealed interface ClientMessage {
  /** The client's own id of the message, to be echoed: a text or a whole number; null without. */
  @Nullable Object requestId();

  /** It wants to hear events; {@code after} an id, or from now on. */
  record Subscribe(EventFilter filter, @Nullable EventId after, @Nullable Object requestId)
      implements ClientMessage {}

  /** It does not want to hear those of a subscription any more; null: of all. */
  record Unsubscribe(@Nullable String subscription, @Nullable Object requestId)
      implements ClientMessage {}

  /**
   * Reads a message.
   *
   * @throws StreamError.Refused when it is none
   */
  static ClientMessage read(byte[] json) {
    return new Reader(json).read();
  }

  /** Reads one message. */
  final class Reader {
    private static final int MAX_DEPTH = 8;
    private static final int LONGEST_ID = 128;
    private static final Set<String> ACTIONS = Set.of("subscribe", "unsubscribe");
    private static final Set<String> OF_SUBSCRIBE =
        Set.of("action", "events", "connections", "pools", "status", "after", "requestId");
    private static final Set<String> OF_UNSUBSCRIBE = Set.of("action", "subscription", "requestId");
    private static final ObjectMapper JSON =
        JsonMapper.builder(
                JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                        StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(30)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode message;
    private final @Nullable Object requestId;

    Reader(byte[] json) {
      this.message = parse(json);
      JsonNode id = message.path("requestId");
      this.requestId =
          id.isTextual() && id.textValue().length() <= LONGEST_ID
              ? id.textValue()
              : id.isIntegralNumber() ? id.bigIntegerValue() : null;
    }

    private static JsonNode parse(byte[] json) {
      JsonNode read;
      try {
        read = JSON.readTree(json);
      } catch (JsonProcessingException e) {
        String what = e.getOriginalMessage().lines().findFirst().orElse("syntax error");
        throw refused("invalid-json", "the message is not valid JSON: " + FilterFields.cut(what));
      } catch (IOException e) {
        throw refused("invalid-json", "the message is not valid UTF-8 JSON");
      }
      if (!read.isObject()) {
        throw refused(
            "invalid-json", "a message is a JSON object such as {\"action\":\"subscribe\"}");
      }
      return read;
    }

    private static StreamError.Refused refused(String code, String message) {
      return new StreamError.Refused(new StreamError(code, message));
    }

    private static StreamError.Refused refused(
        String code, String message, String field, Set<String> allowed) {
      return new StreamError.Refused(new StreamError(code, message, field, allowed));
    }

    ClientMessage read() {
      try {
        return switch (text("action")) {
          case "subscribe" -> subscribe();
          case "unsubscribe" -> unsubscribe();
          case null ->
              throw refused(
                  "unknown-action",
                  "a message needs an action: subscribe or unsubscribe",
                  "action",
                  ACTIONS);
          case String other ->
              throw refused(
                  "unknown-action",
                  "'" + FilterFields.cut(other) + "' is no action; send subscribe or unsubscribe",
                  "action",
                  ACTIONS);
        };
      } catch (StreamError.Refused e) {
        throw new StreamError.Refused(e.error().of(requestId));
      }
    }

    private Subscribe subscribe() {
      refuseUnknown(OF_SUBSCRIBE);
      EventFilter filter =
          FilterFields.filter(
              texts("events"), texts("connections"), texts("pools"), texts("status"));
      String after = text("after");
      return new Subscribe(filter, after == null ? null : FilterFields.after(after), requestId);
    }

    private Unsubscribe unsubscribe() {
      refuseUnknown(OF_UNSUBSCRIBE);
      return new Unsubscribe(text("subscription"), requestId);
    }

    private void refuseUnknown(Set<String> known) {
      for (var field : message.properties()) {
        if (!known.contains(field.getKey())) {
          throw refused(
              "unknown-field",
              "the field is not known here",
              FilterFields.cut(field.getKey()),
              known);
        }
      }
      if (requestId == null && message.has("requestId")) {
        throw wrongType(
            "requestId", "a text of at most " + LONGEST_ID + " characters or a whole number");
      }
    }

    private static StreamError.Refused wrongType(String field, String wanted) {
      return refused("invalid-field", field + " must be " + wanted, field, Set.of());
    }

    private @Nullable String text(String name) {
      JsonNode value = message.path(name);
      if (value instanceof MissingNode) {
        return null;
      }
      if (!value.isTextual()) {
        throw wrongType(name, "a text");
      }
      return value.textValue();
    }

    private List<String> texts(String name) {
      JsonNode value = message.path(name);
      if (value instanceof MissingNode) {
        return List.of();
      }
      if (!value.isArray() || value.isEmpty()) {
        throw wrongType(name, "a list with at least one text; leave it out to have all");
      }
      List<String> texts = new ArrayList<>();
      for (JsonNode each : value) {
        if (!each.isTextual()) {
          throw wrongType(name + "/" + texts.size(), "a text");
        }
        texts.add(each.textValue());
      }
      return texts;
    }
  }
}
