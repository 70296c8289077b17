package io.bluefly.registry.persistence;

import java.util.Optional;

/** Settings of where connections are kept. */
public interface DatabaseSettings {
  /**
   * A PostgreSQL URL ({@code postgresql://user:password@host/database}, or JDBC's form); without
   * one an SQLite file in the data directory is used.
   */
  Optional<String> url();
}
