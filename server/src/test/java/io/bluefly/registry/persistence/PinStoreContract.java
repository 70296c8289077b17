package io.bluefly.registry.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bluefly.registry.capabilities.Pin;
import io.bluefly.registry.capabilities.Pin.Approval;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.ConnectionStore.StoreException;
import io.bluefly.registry.connections.RegistrationJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every store of pins must do; run on each database. */
interface PinStoreContract {
  /** Any moment. */
  Instant MOMENT = Instant.parse("2026-01-01T00:00:00.123Z");

  /** Names as a bad server may choose them. */
  List<Pin> PINS =
      List.of(
          new Pin("plain", new Approval("h1", MOMENT, "first-use"), "h1", MOMENT),
          new Pin("changed", new Approval("h2", MOMENT, "me"), "h3", MOMENT.plusMillis(1)),
          new Pin("a\u0000\ud800\u200b😀\"", null, "h4", MOMENT),
          new Pin("x".repeat(100_000), new Approval("h5", MOMENT, "me"), null, MOMENT),
          new Pin("absent", new Approval(null, MOMENT, "me"), null, MOMENT));

  /** The same, at first empty, database each time. */
  SqlDatabase open();

  private static SqlDatabase registered(SqlDatabase database, String id) throws Exception {
    var registration =
        RegistrationJson.read(
            new JsonMapper()
                .readTree(
                    "{\"name\": \"%s\", \"type\": \"client\", \"protocol\": \"http\"}"
                        .formatted(id)));
    database
        .connections()
        .save(
            List.of(
                new Connection(id, registration, ConnectionStatus.ACTIVE, MOMENT, MOMENT, null)));
    return database;
  }

  @Test
  default void whatWasSavedOfPinsIsLoadedByTheNextStart() throws Exception {
    try (SqlDatabase database = registered(open(), "1")) {
      assertThat(database.pins().loadPins()).isEmpty();
      database.pins().savePins("1", PINS, Map.of("h1", "{\"a\": \"\\u0000 ü\"}", "h9", "{}"));
    }
    try (SqlDatabase database = open()) {
      assertThat(database.pins().loadPins()).isEqualTo(Map.of("1", PINS));
      assertThat(database.pins().loadDefinitions("1"))
          .isEqualTo(Map.of("h1", "{\"a\": \"\\u0000 ü\"}"));
    }
  }

  @Test
  default void definitionsStayAsLongAsAPinNamesThem() throws Exception {
    try (SqlDatabase database = registered(registered(open(), "1"), "2")) {
      database.pins().savePins("1", PINS, Map.of("h1", "1", "h2", "2", "h3", "3"));
      database.pins().savePins("2", PINS, Map.of("h1", "other"));
      database.pins().savePins("1", PINS.subList(1, 2), Map.of("h3", "not again"));
      assertThat(database.pins().loadDefinitions("1")).isEqualTo(Map.of("h2", "2", "h3", "3"));
      assertThat(database.pins().loadDefinitions("2")).isEqualTo(Map.of("h1", "other"));
      assertThat(database.pins().loadPins().get("1")).isEqualTo(PINS.subList(1, 2));
    }
  }

  @Test
  default void pinsGoByThemselvesOrWithTheirConnection() throws Exception {
    try (SqlDatabase database = registered(registered(open(), "1"), "2")) {
      database.pins().savePins("1", PINS, Map.of("h1", "1"));
      database.pins().savePins("2", PINS, Map.of("h1", "1"));
      database.pins().deletePins("1");
      database.pins().deletePins("unknown");
      assertThat(database.pins().loadPins()).containsOnlyKeys("2");
      database.connections().delete(List.of("2"));
      assertThat(database.pins().loadPins()).isEmpty();
      assertThat(database.pins().loadDefinitions("2")).isEmpty();
      assertThatThrownBy(() -> database.pins().savePins("2", PINS, Map.of()))
          .isInstanceOf(StoreException.class);
    }
  }
}
