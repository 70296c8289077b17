package io.bluefly.registry.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.ConnectionStore;
import io.bluefly.registry.connections.ConnectionStore.StoreException;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.connections.RegistrationJson;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every store of connections must do; run on each database. */
abstract class ConnectionStoreContract {
  private static final Instant THEN = Instant.parse("2026-01-01T00:00:00.123Z");

  /** The same, at first empty, database each time. */
  public abstract SqlDatabase open();

  private static Registration registration(String name) throws Exception {
    return RegistrationJson.read(
        JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .readTree(
                """
                {"name": "%s", "type": "server", "protocol": "stdio",
                 "endpoint": {"command": "run ünïcode 😀", "args": ["${A}", ""], "env": {"B": "c"}},
                 "capabilities": ["x"], "metadata": {"n": 12345678901234567890.50, "deep": {"a": [null]}},
                 "healthCheck": {"enabled": false, "interval": 7, "timeout": 700},
                 "pool": "p", "capacity": 3, "weight": 2, "instances": {"min": 1, "max": 4}}
                """
                    .formatted(name)));
  }

  private static Connection connection(
      String id, String name, ConnectionStatus status, @Nullable Instant gone) throws Exception {
    return new Connection(id, registration(name), status, THEN, THEN.plusMillis(1), gone);
  }

  @Test
  void whatWasSavedIsLoadedByTheNextStart() throws Exception {
    Connection active = connection("1", "a", ConnectionStatus.ACTIVE, null);
    Connection gone = connection("2", "a", ConnectionStatus.DISCONNECTED, THEN.plusSeconds(9));
    try (SqlDatabase database = open()) {
      ConnectionStore store = database.connections();
      store.save(List.of(active, gone));
    }
    try (SqlDatabase database = open()) {
      ConnectionStore store = database.connections();
      List<Connection> loaded = store.load();
      assertThat(loaded).extracting(Connection::id).containsExactly("1", "2");
      assertThat(RegistrationJson.write(loaded.getFirst().registration()).toString())
          .isEqualTo(RegistrationJson.write(active.registration()).toString());
      assertThat(loaded.getFirst().createdAt()).isEqualTo(THEN);
      assertThat(loaded.getFirst().disconnectedAt()).isNull();
      assertThat(loaded.getLast().disconnectedAt()).isEqualTo(THEN.plusSeconds(9));
      assertThat(loaded.getLast().status()).isEqualTo(ConnectionStatus.DISCONNECTED);
    }
  }

  @Test
  void savingAgainReplaces() throws Exception {
    try (SqlDatabase database = open()) {
      ConnectionStore store = database.connections();
      store.save(List.of(connection("1", "a", ConnectionStatus.ACTIVE, null)));
      store.save(List.of(connection("1", "b", ConnectionStatus.IDLE, null)));
      assertThat(store.load()).singleElement().extracting(Connection::name).isEqualTo("b");
      assertThat(store.load().getFirst().status()).isEqualTo(ConnectionStatus.IDLE);
    }
  }

  @Test
  void aBatchIsSavedWholeOrNotAtAll() throws Exception {
    try (SqlDatabase database = open()) {
      ConnectionStore store = database.connections();
      store.save(List.of(connection("1", "a", ConnectionStatus.ACTIVE, null)));
      List<Connection> batch =
          List.of(
              connection("2", "b", ConnectionStatus.ACTIVE, null),
              connection("3", "a", ConnectionStatus.ACTIVE, null));
      assertThatThrownBy(() -> store.save(batch)).isInstanceOf(StoreException.class);
      assertThat(store.load()).extracting(Connection::id).containsExactly("1");
    }
  }

  @Test
  void theNameOfATombstoneMayBeTakenAgain() throws Exception {
    try (SqlDatabase database = open()) {
      ConnectionStore store = database.connections();
      store.save(List.of(connection("1", "a", ConnectionStatus.DISCONNECTED, THEN)));
      store.save(List.of(connection("2", "a", ConnectionStatus.ACTIVE, null)));
      assertThat(store.load()).hasSize(2);
    }
  }

  @Test
  void deletedIsGone() throws Exception {
    try (SqlDatabase database = open()) {
      ConnectionStore store = database.connections();
      store.save(
          List.of(
              connection("1", "a", ConnectionStatus.ACTIVE, null),
              connection("2", "b", ConnectionStatus.ACTIVE, null)));
      store.delete(List.of("1", "unknown"));
      assertThat(store.load()).extracting(Connection::id).containsExactly("2");
    }
  }
}
