package io.bluefly.registry.persistence;

import com.zaxxer.hikari.HikariDataSource;
import io.bluefly.registry.balancing.PoolStore;
import io.bluefly.registry.capabilities.PinStore;
import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.connections.ConnectionStore;
import io.bluefly.registry.connections.ConnectionStore.StoreException;
import io.bluefly.registry.drupal.SyncStore;
import io.bluefly.registry.metrics.HistoryStore;
import io.bluefly.registry.metrics.MetricsStore;
import io.bluefly.registry.security.KeyStore;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
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

/** The open database, and what is kept in it. */
public final class SqlDatabase implements AutoCloseable {
  private final Closeable resource;
  private final Jdbi jdbi;

  /** SQLite takes one writer at a time; several only make the worst commit slower (ADR 0003). */
  private final ExecutorService writer;

  private SqlDatabase(DataSource source, Closeable resource) {
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
  public static SqlDatabase sqlite(Path folder) {
    FolderLock lock = FolderLock.take(folder);
    try {
      return new SqlDatabase(Databases.sqlite(folder.resolve("registry.db")), lock);
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
  public static SqlDatabase postgres(String url) {
    HikariDataSource source = Databases.postgres(url);
    return new SqlDatabase(source, source);
  }

  /** The connections in it. */
  public ConnectionStore connections() {
    return new SqlConnectionStore(this);
  }

  /** The pools in it. */
  public PoolStore pools() {
    return new SqlPoolStore(this);
  }

  /** The API keys in it. */
  public KeyStore keys() {
    return new SqlKeyStore(this);
  }

  /** The approved definitions in it. */
  public PinStore pins() {
    return new SqlPinStore(this);
  }

  /** What syncs with Drupal sites know of each other. */
  public SyncStore syncs() {
    return new SqlSyncStore(this);
  }

  /** The totals of calls in it. */
  public MetricsStore metrics() {
    return new SqlMetricsStore(this);
  }

  /** The history of calls in it. */
  public HistoryStore history() {
    return new SqlHistoryStore(this);
  }

  /** Whether it answers; may wait for as long as a connection takes. */
  public boolean isReachable() {
    try {
      return jdbi.withHandle(handle -> handle.createQuery("SELECT 1").mapTo(Integer.class).one())
          == 1;
    } catch (JdbiException e) {
      return false;
    }
  }

  /** Makes a change, all of it or nothing. */
  void change(Consumer<Handle> change) {
    transact(handle -> {
      change.accept(handle);
      return true;
    });
  }

  /** What {@code work} reads, beside the writer: it keeps no change waiting. */
  <T> T read(Function<Handle, T> work) {
    try {
      return jdbi.withHandle(work::apply);
    } catch (JdbiException e) {
      throw new StoreException("the database refused: " + e.getMessage(), e);
    }
  }

  /** The result of {@code work}, which is a transaction. */
  <T> T transact(Function<Handle, T> work) {
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
