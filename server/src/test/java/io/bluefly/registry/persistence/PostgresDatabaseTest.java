package io.bluefly.registry.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.config.ConfigException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a real PostgreSQL, which the test starts. */
class PostgresDatabaseTest extends ConnectionStoreContract
    implements PoolStoreContract, MetricsStoreContract, PinStoreContract, SyncStoreContract {
  private static EmbeddedPostgres postgres;

  @BeforeAll
  static void startPostgres() throws IOException {
    postgres = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stopPostgres() throws IOException {
    postgres.close();
  }

  @BeforeEach
  void empty() throws SQLException {
    try (var connection = postgres.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA public CASCADE");
      statement.execute("CREATE SCHEMA public");
    }
  }

  private static String url() {
    return "postgresql://postgres:postgres@localhost:" + postgres.getPort() + "/postgres";
  }

  @Override
  public SqlDatabase open() {
    return SqlDatabase.postgres(url());
  }

  @Test
  void aDatabaseThatIsNotThereIsOneSentence() {
    assertThatThrownBy(() -> SqlDatabase.postgres("postgresql://localhost:1/none"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("MCP_REGISTRY_DATABASE_URL");
    assertThat(url()).startsWith("postgresql://");
  }
}
