package io.bluefly.registry.persistence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bluefly.registry.balancing.PoolSettings;
import io.bluefly.registry.balancing.PoolSettingsJson;
import io.bluefly.registry.balancing.PoolStore;
import io.bluefly.registry.config.ConfigException;
import java.util.Map;
import java.util.stream.Collectors;

/** Pools as rows of one table, their settings as JSON in a column. */
final class SqlPoolStore implements PoolStore {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String UPSERT =
      """
      INSERT INTO pools (name, settings) VALUES (:name, :settings)
      ON CONFLICT (name) DO UPDATE SET settings = excluded.settings
      """;

  private final SqlDatabase database;

  SqlPoolStore(SqlDatabase database) {
    this.database = database;
  }

  @Override
  public Map<String, PoolSettings> loadPools() {
    return database.transact(handle ->
        handle
            .createQuery("SELECT name, settings FROM pools")
            .map((row, _) -> Map.entry(row.getString("name"), row.getString("settings")))
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> read(e.getKey(), e.getValue()))));
  }

  private static PoolSettings read(String pool, String settings) {
    try {
      return PoolSettingsJson.read(JSON.readTree(settings));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new ConfigException(
          "Pool " + pool + " in the database is damaged: restore a backup, or delete that row");
    }
  }

  @Override
  public void savePool(String pool, PoolSettings settings) {
    database.change(handle ->
        handle
            .createUpdate(UPSERT)
            .bind("name", pool)
            .bind("settings", PoolSettingsJson.write(settings).toString())
            .execute());
  }
}
