package io.bluefly.registry.persistence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.zaxxer.hikari.HikariDataSource;
import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.ConnectionStore;
import io.bluefly.registry.connections.RegistrationJson;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Connections as rows of one table, the registration as JSON in a column. */
public final class SqlConnectionStore implements ConnectionStore {
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

  private final Closeable resource;
  private final Jdbi jdbi;

  /** SQLite takes one writer at a time; several only make the worst commit slower (ADR 0003). */
  private final ExecutorService writer;

  private SqlConnectionStore(DataSource source, Closeable resource) {
    this.resource = resource;
    this.jdbi = Jdbi.create(source);
    this.writer =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("store-writer").factory());
  }

  /**
   * The SQLite file {@code registry.db} in {@code folder}.
   *
   * @throws io.bluefly.registry.config.ConfigException when it is damaged or newer
   */
  public static SqlConnectionStore sqlite(Path folder) {
    FolderLock lock = FolderLock.take(folder);
    try {
      return new SqlConnectionStore(Databases.sqlite(folder.resolve("registry.db")), lock);
    } catch (RuntimeException e) {
      release(lock);
      throw e;
    }
  }

  /**
   * The PostgreSQL database of {@code url}.
   *
   * @throws io.bluefly.registry.config.ConfigException when it can't be reached or is newer
   */
  public static SqlConnectionStore postgres(String url) {
    HikariDataSource source = Databases.postgres(url);
    return new SqlConnectionStore(source, source);
  }

  @Override
  public List<Connection> load() {
    return inWriter(handle ->
        handle
            .createQuery("SELECT * FROM connections ORDER BY id")
            .map(SqlConnectionStore::read)
            .list());
  }

  @Override
  public void save(Collection<Connection> connections) {
    run(handle -> {
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
    run(handle -> {
      PreparedBatch batch = handle.prepareBatch("DELETE FROM connections WHERE id = :id");
      ids.forEach(id -> batch.bind("id", id).add());
      batch.execute();
    });
  }

  private void run(Consumer<Handle> change) {
    inWriter(handle -> {
      change.accept(handle);
      return true;
    });
  }

  private <T> T inWriter(Function<Handle, T> work) {
    Future<T> done = writer.submit(() -> jdbi.inTransaction(work::apply));
    try {
      return done.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ConfigException known) {
        throw known;
      }
      Throwable cause = e.getCause() instanceof JdbiException jdbiError ? jdbiError : e;
      throw new StoreException("the database refused: " + cause.getMessage(), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("the registry is stopping", e);
    }
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

  @Override
  public void close() {
    writer.close();
    release(resource);
  }

  private static void release(Closeable resource) {
    try {
      resource.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
