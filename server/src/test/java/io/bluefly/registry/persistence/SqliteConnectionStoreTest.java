package io.bluefly.registry.persistence;

import io.bluefly.registry.connections.ConnectionStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteConnectionStoreTest extends ConnectionStoreContract {
  @TempDir Path folder;

  @Override
  ConnectionStore open() {
    return SqlConnectionStore.sqlite(folder);
  }
}
