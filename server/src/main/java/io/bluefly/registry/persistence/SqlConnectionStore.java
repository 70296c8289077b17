package io.bluefly.registry.persistence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.ConnectionStore;
import io.bluefly.registry.connections.RegistrationJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Connections as rows of one table, the registration as JSON in a column. */
final class SqlConnectionStore implements ConnectionStore {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final String UPSERT =
      """
      INSERT INTO connections
        (id, name, status, registration, created_at, updated_at, disconnected_at)
      VALUES (:id, :name, :status, :registration, :created, :updated, :disconnected)
      ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, status = excluded.status, registration = excluded.registration,
        updated_at = excluded.updated_at, disconnected_at = excluded.disconnected_at
      """;

  private final SqlDatabase database;

  SqlConnectionStore(SqlDatabase database) {
    this.database = database;
  }

  @Override
  public List<Connection> load() {
    return database.transact(handle ->
        handle
            .createQuery("SELECT * FROM connections ORDER BY id")
            .map(SqlConnectionStore::read)
            .list());
  }

  @Override
  public void save(List<Connection> connections) {
    database.change(handle -> {
      PreparedBatch batch = handle.prepareBatch(UPSERT);
      for (Connection connection : connections) {
        batch
            .bind("id", connection.id())
            .bind("name", connection.name())
            .bind("status", connection.status().wire())
            .bind("registration", RegistrationJson.write(connection.registration()).toString())
            .bind("created", connection.createdAt().toEpochMilli())
            .bind("updated", connection.updatedAt().toEpochMilli())
            .bind("disconnected", millis(connection.disconnectedAt()))
            .add();
      }
      batch.execute();
    });
  }

  @Override
  public void delete(Collection<String> ids) {
    database.change(handle -> {
      PreparedBatch batch = handle.prepareBatch("DELETE FROM connections WHERE id = :id");
      ids.forEach(id -> batch.bind("id", id).add());
      batch.execute();
    });
  }

  private static @Nullable Long millis(@Nullable Instant instant) {
    return instant == null ? null : instant.toEpochMilli();
  }

  private static Connection read(ResultSet row, StatementContext context) throws SQLException {
    long disconnected = row.getLong("disconnected_at");
    boolean present = row.wasNull();
    try {
      return new Connection(
          row.getString("id"),
          RegistrationJson.read(JSON.readTree(row.getString("registration"))),
          ConnectionStatus.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
          Instant.ofEpochMilli(row.getLong("created_at")),
          Instant.ofEpochMilli(row.getLong("updated_at")),
          present ? null : Instant.ofEpochMilli(disconnected));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new ConfigException(
          "Connection "
              + row.getString("id")
              + " in the database is damaged: restore a backup, or delete that row");
    }
  }
}
