package io.bluefly.registry.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A public event that has its id. Belongs to the thread that keeps the history. */
public final class LoggedEvent {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EventId id;
  private final PublicEvent event;
  private @Nullable String idText;
  private byte @Nullable [] json;

  LoggedEvent(EventId id, PublicEvent event) {
    this.id = id;
    this.event = event;
  }

  /** Its id. */
  public EventId id() {
    return id;
  }

  /** Its id as a text, made once for all who read it. */
  public String idText() {
    if (idText == null) {
      idText = id.toString();
    }
    return idText;
  }

  long sequence() {
    return id.sequence();
  }

  /** What happened. */
  public PublicEvent event() {
    return event;
  }

  /** The event as JSON, written once for all who read it; nobody may change it. */
  public byte[] json() {
    if (json == null) {
      json = write();
    }
    return json;
  }

  private byte[] write() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", idText());
    fields.put("type", event.type().wire());
    put(fields, "connectionId", event.connectionId());
    put(fields, "pool", event.pool());
    fields.putAll(event.fields());
    fields.put("timestamp", event.timestamp().toString());
    try {
      return JSON.writeValueAsBytes(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an event can't be written: " + e.getMessage(), e);
    }
  }

  private static void put(Map<String, Object> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.put(name, value);
    }
  }
}
