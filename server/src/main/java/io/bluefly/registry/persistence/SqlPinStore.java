package io.bluefly.registry.persistence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.capabilities.Pin;
import io.bluefly.registry.capabilities.Pin.Approval;
import io.bluefly.registry.capabilities.PinStore;
import io.bluefly.registry.config.ConfigException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * A connection's pins as JSON in one row, the definitions that they name in rows of their own.
 * Names are the servers' choice, and so long and strange that no column is for them.
 */
final class SqlPinStore implements PinStore {
  /** ASCII: PostgreSQL takes no U+0000 and no half of a character in a text. */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final String UPSERT =
      """
      INSERT INTO pins (connection_id, pins) VALUES (:id, :pins)
      ON CONFLICT (connection_id) DO UPDATE SET pins = excluded.pins
      """;
  private static final String INSERT_DEFINITION =
      """
      INSERT INTO pinned_definitions (connection_id, hash, definition)
      VALUES (:id, :hash, :definition)
      ON CONFLICT (connection_id, hash) DO NOTHING
      """;

  private final SqlDatabase database;

  SqlPinStore(SqlDatabase database) {
    this.database = database;
  }

  @Override
  public Map<String, List<Pin>> loadPins() {
    return database.transact(handle ->
        handle
            .createQuery("SELECT connection_id, pins FROM pins")
            .map((row, _) -> Map.entry(row.getString("connection_id"), row.getString("pins")))
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> read(e.getKey(), e.getValue()))));
  }

  private static List<Pin> read(String connectionId, String pins) {
    try {
      List<Pin> all = new ArrayList<>();
      for (JsonNode pin : JSON.readTree(pins)) {
        all.add(
            new Pin(
                pin.required("name").textValue(),
                pin.has("approved") ? approval(pin.get("approved")) : null,
                pin.path("seen").textValue(),
                Instant.ofEpochMilli(pin.required("since").longValue())));
      }
      return all;
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new ConfigException(
          "The definitions of connection "
              + connectionId
              + " in the database are damaged: restore a backup, or delete that row of table pins"
              + " to trust what its server offers next");
    }
  }

  private static Approval approval(JsonNode approved) {
    return new Approval(
        approved.path("hash").textValue(),
        Instant.ofEpochMilli(approved.required("at").longValue()),
        approved.required("by").textValue());
  }

  @Override
  public void savePins(String connectionId, Collection<Pin> pins, Map<String, String> definitions) {
    Set<String> named = new HashSet<>();
    for (Pin pin : pins) {
      named.add(String.valueOf(pin.approved()));
      named.add(String.valueOf(pin.seen()));
    }
    String json = write(pins);
    database.change(handle -> {
      handle.createUpdate(UPSERT).bind("id", connectionId).bind("pins", json).execute();
      insert(handle, connectionId, definitions);
      deleteOthers(handle, connectionId, named);
    });
  }

  private static String write(Collection<Pin> pins) {
    ArrayNode all = JSON.createArrayNode();
    for (Pin pin : pins) {
      ObjectNode row = all.addObject().put("name", pin.name());
      Approval approval = pin.approval();
      if (approval != null) {
        ObjectNode approved = row.putObject("approved");
        put(approved, "hash", approval.hash());
        approved.put("at", approval.at().toEpochMilli()).put("by", approval.by());
      }
      put(row, "seen", pin.seen());
      row.put("since", pin.since().toEpochMilli());
    }
    try {
      return JSON.writeValueAsString(all);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  private static void put(ObjectNode object, String name, @Nullable String value) {
    if (value != null) {
      object.put(name, value);
    }
  }

  private static void insert(Handle handle, String connectionId, Map<String, String> definitions) {
    PreparedBatch batch = handle.prepareBatch(INSERT_DEFINITION);
    definitions.forEach((hash, definition) ->
        batch.bind("id", connectionId).bind("hash", hash).bind("definition", definition).add());
    batch.execute();
  }

  private static void deleteOthers(Handle handle, String connectionId, Set<String> named) {
    List<String> stored =
        handle
            .createQuery("SELECT hash FROM pinned_definitions WHERE connection_id = :id")
            .bind("id", connectionId)
            .mapTo(String.class)
            .list();
    PreparedBatch batch =
        handle.prepareBatch(
            "DELETE FROM pinned_definitions WHERE connection_id = :id AND hash = :hash");
    stored.stream()
        .filter(hash -> !named.contains(hash))
        .forEach(hash -> batch.bind("id", connectionId).bind("hash", hash).add());
    batch.execute();
  }

  @Override
  public Map<String, String> loadDefinitions(String connectionId) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT hash, definition FROM pinned_definitions WHERE connection_id = :id")
            .bind("id", connectionId)
            .map((row, _) -> Map.entry(row.getString("hash"), row.getString("definition")))
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  @Override
  public void deletePins(String connectionId) {
    database.change(handle -> {
      for (String table : List.of("pins", "pinned_definitions")) {
        handle
            .createUpdate("DELETE FROM " + table + " WHERE connection_id = :id")
            .bind("id", connectionId)
            .execute();
      }
    });
  }
}
