package io.bluefly.registry.persistence;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.bluefly.registry.config.ConfigException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** Opens the database, checks that it is sound, and brings its tables up to date. */
final class Databases {
  private static final int POOL_SIZE = 4;
  private static final long CONNECT_TIMEOUT_MS = 10_000;
  private static final int BUSY_TIMEOUT_MS = 5_000;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private Databases() {}

  /** The SQLite file, in WAL mode with every commit on disk before it returns. */
  static DataSource sqlite(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_TIMEOUT_MS);
    config.enforceForeignKeys(true);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    keepToOwner(file);
    requireSound(source, file);
    migrate(source, "sqlite", file.toString());
    return source;
  }

  /** It may hold secrets that were registered in clear; SQLite's other files follow its mode. */
  private static void keepToOwner(Path file) {
    try {
      if (!Files.exists(file)) {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      }
      Files.setPosixFilePermissions(file, OWNER_ONLY);
    } catch (FileAlreadyExistsException | UnsupportedOperationException e) {
      // Somebody was faster, or nobody else can be told from the owner here.
    } catch (IOException e) {
      throw new ConfigException(
          "The database " + file + " can't be kept to its owner (mode 0600): " + e.getMessage());
    }
  }

  private static void requireSound(SQLiteDataSource source, Path file) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        var result = statement.executeQuery("PRAGMA quick_check(1)")) {
      String verdict = result.next() ? result.getString(1) : "no answer";
      if (!"ok".equals(verdict)) {
        throw damaged(file, verdict);
      }
    } catch (SQLException e) {
      throw damaged(file, String.valueOf(e.getMessage()));
    }
  }

  private static ConfigException damaged(Path file, String why) {
    return new ConfigException(
        "The database "
            + file
            + " can't be read ("
            + why.lines().findFirst().orElse("unknown error")
            + "): put a backup in its place, or move it away to start with an empty registry");
  }

  /** PostgreSQL by its URL. */
  static HikariDataSource postgres(String url) {
    HikariConfig config = new HikariConfig();
    apply(url, config);
    config.setMaximumPoolSize(POOL_SIZE);
    config.setConnectionTimeout(CONNECT_TIMEOUT_MS);
    config.setPoolName("registry");
    config.addDataSourceProperty("socketTimeout", "30");
    config.addDataSourceProperty("ApplicationName", "mcp-registry");
    try {
      HikariDataSource source = new HikariDataSource(config);
      migrate(source, "postgresql", "the PostgreSQL database");
      return source;
    } catch (com.zaxxer.hikari.pool.HikariPool.PoolInitializationException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new ConfigException(
          "The database of MCP_REGISTRY_DATABASE_URL can't be reached: " + cause.getMessage());
    }
  }

  private static void apply(String url, HikariConfig config) {
    if (url.startsWith("jdbc:postgresql:")) {
      config.setJdbcUrl(url);
      return;
    }
    try {
      URI uri = new URI(url);
      boolean postgres = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
      if (!postgres || uri.getHost() == null) {
        throw badUrl();
      }
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
      config.setJdbcUrl("jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query);
      String user = uri.getRawUserInfo();
      if (user != null) {
        String[] parts = user.split(":", 2);
        config.setUsername(URLDecoder.decode(parts[0], StandardCharsets.UTF_8));
        if (parts.length > 1) {
          config.setPassword(URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
      }
    } catch (URISyntaxException e) {
      throw badUrl();
    }
  }

  private static ConfigException badUrl() {
    return new ConfigException(
        "MCP_REGISTRY_DATABASE_URL must look like postgresql://user:password@host:5432/database");
  }

  private static void migrate(DataSource source, String dialect, String name) {
    Flyway flyway =
        Flyway.configure(Databases.class.getClassLoader())
            .dataSource(source)
            .locations("classpath:io/bluefly/registry/persistence/" + dialect)
            .table("schema_history")
            .validateMigrationNaming(true)
            .load();
    try {
      refuseNewer(flyway, name);
      flyway.migrate();
    } catch (FlywayException e) {
      throw new ConfigException(
          "The tables of "
              + name
              + " can't be brought up to date ("
              + String.valueOf(e.getMessage())
                  .replaceAll("(?i)[^.!]*baseline[^.!]*[.!]?", "")
                  .lines()
                  .findFirst()
                  .orElse("unknown error")
                  .strip()
              + "): nothing was changed; restore a backup or ask for help with this message");
    }
  }

  private static void refuseNewer(Flyway flyway, String name) {
    for (MigrationInfo applied : flyway.info().applied()) {
      if (applied.getState().isResolved()) {
        continue;
      }
      throw new ConfigException(
          "The database "
              + name
              + " was written by a newer version of the registry: start that version,"
              + " or restore a backup from before the upgrade");
    }
  }
}
