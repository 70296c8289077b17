package io.bluefly.registry.persistence;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteDatabaseTest extends ConnectionStoreContract
    implements PoolStoreContract, MetricsStoreContract, PinStoreContract, SyncStoreContract {
  @TempDir Path folder;

  @Override
  public SqlDatabase open() {
    return SqlDatabase.sqlite(folder);
  }
}
