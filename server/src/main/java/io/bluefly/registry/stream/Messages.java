package io.bluefly.registry.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.events.EventFilter;
import io.bluefly.registry.events.EventId;
import io.bluefly.registry.events.EventType;
import io.bluefly.registry.events.LoggedEvent;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the registry says on a stream, beside events. */
final class Messages {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Messages() {}

  static Message event(LoggedEvent event) {
    return new Message(event.idText(), event.json());
  }

  /** A subscription has begun after {@code after}. */
  static Message subscribed(
      String subscription,
      EventFilter filter,
      EventId after,
      @Nullable Object requestId,
      Instant now) {
    Map<String, Object> fields = begin("subscribed", requestId);
    fields.put("subscription", subscription);
    fields.put("events", filter.wantedTypes().stream().map(EventType::wire).sorted().toList());
    putSorted(fields, "connections", filter.connectionIds());
    putSorted(fields, "pools", filter.pools());
    putSorted(fields, "status", filter.statuses());
    fields.put("after", after.toString());
    return message(after.toString(), fields, now);
  }

  private static void putSorted(
      Map<String, Object> fields, String name, Collection<String> values) {
    if (!values.isEmpty()) {
      fields.put(name, values.stream().sorted().toList());
    }
  }

  static Message unsubscribed(List<String> subscriptions, @Nullable Object requestId, Instant now) {
    Map<String, Object> fields = begin("unsubscribed", requestId);
    fields.put("subscriptions", subscriptions);
    return message(null, fields, now);
  }

  /** Events between two ids will not come. */
  static Message gap(Gap gap, @Nullable String subscription, Instant now) {
    Map<String, Object> fields = begin("gap", null);
    if (subscription != null) {
      fields.put("subscription", subscription);
    }
    fields.put("from", gap.from());
    fields.put("to", gap.to().toString());
    fields.put("reason", gap.reason().wire());
    fields.put("message", gap.reason().sentence());
    return message(gap.to().toString(), fields, now);
  }

  static Message error(StreamError error, Instant now) {
    Map<String, Object> fields = begin("error", error.requestId());
    fields.put("code", error.code());
    fields.put("message", error.message());
    if (error.field() != null) {
      fields.put("field", error.field());
    }
    if (!error.allowed().isEmpty()) {
      fields.put("allowed", error.allowed());
    }
    return message(null, fields, now);
  }

  /** All events up to {@code last} were sent, as far as they are wanted. */
  static Message heartbeat(EventId last, Instant now) {
    Map<String, Object> fields = begin("heartbeat", null);
    fields.put("lastEventId", last.toString());
    return message(last.toString(), fields, now);
  }

  static Message slowConsumer(String lastId, int maxBacklog, Instant now) {
    Map<String, Object> fields = begin("slow-consumer", null);
    fields.put("lastEventId", lastId);
    fields.put(
        "message",
        "More than "
            + maxBacklog
            + " bytes wait to be read, so the registry ends this stream; connect again, read faster"
            + " or subscribe to less, and go on after lastEventId");
    return message(null, fields, now);
  }

  private static Map<String, Object> begin(String type, @Nullable Object requestId) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("type", type);
    if (requestId != null) {
      fields.put("requestId", requestId);
    }
    return fields;
  }

  private static Message message(@Nullable String id, Map<String, Object> fields, Instant now) {
    fields.put("timestamp", now.toString());
    try {
      return new Message(id, JSON.writeValueAsBytes(fields));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a message can't be written: " + e.getMessage(), e);
    }
  }
}
