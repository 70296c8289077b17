package io.bluefly.registry.persistence;

import io.bluefly.registry.security.ApiKey;
import io.bluefly.registry.security.KeyStore;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.security.Scope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** API keys as rows of one table; sets are texts with a space between the members. */
final class SqlKeyStore implements KeyStore {
  private static final String INSERT =
      """
      INSERT INTO api_keys
        (id, name, hash, permissions, pools, connections, created_at, expires_at, last_used_at)
      VALUES (:id, :name, :hash, :permissions, :pools, :connections, :createdAt, :expiresAt, NULL)
      """;

  private final SqlDatabase database;

  SqlKeyStore(SqlDatabase database) {
    this.database = database;
  }

  @Override
  public List<ApiKey> loadKeys() {
    return database.transact(handle ->
        handle.createQuery("SELECT * FROM api_keys ORDER BY id").map((row, _) -> read(row)).list());
  }

  private static ApiKey read(ResultSet row) throws SQLException {
    return new ApiKey(
        row.getString("id"),
        row.getString("name"),
        row.getString("hash"),
        // A permission that a newer version gave is none here.
        words(row.getString("permissions")).stream()
            .map(Permission::of)
            .flatMap(Optional::stream)
            .collect(Collectors.toSet()),
        new Scope(words(row.getString("pools")), words(row.getString("connections"))),
        Instant.parse(row.getString("created_at")),
        time(row.getString("expires_at")),
        time(row.getString("last_used_at")));
  }

  private static @Nullable Instant time(@Nullable String text) {
    return text == null ? null : Instant.parse(text);
  }

  private static Set<String> words(String text) {
    return Arrays.stream(text.split(" ")).filter(w -> !w.isEmpty()).collect(Collectors.toSet());
  }

  private static String text(Collection<String> words) {
    return words.stream().sorted().collect(Collectors.joining(" "));
  }

  @Override
  public void addKey(ApiKey key) {
    Instant expiresAt = key.expiresAt();
    database.change(handle ->
        handle
            .createUpdate(INSERT)
            .bind("id", key.id())
            .bind("name", key.name())
            .bind("hash", key.hash())
            .bind("permissions", text(key.permissions().stream().map(Permission::wire).toList()))
            .bind("pools", text(key.scope().pools()))
            .bind("connections", text(key.scope().connections()))
            .bind("createdAt", key.createdAt().toString())
            .bind("expiresAt", expiresAt == null ? null : expiresAt.toString())
            .execute());
  }

  @Override
  public void removeKey(String id) {
    database.change(handle ->
        handle.createUpdate("DELETE FROM api_keys WHERE id = :id").bind("id", id).execute());
  }

  @Override
  public void saveKeyUses(Map<String, Instant> lastUses) {
    database.change(handle ->
        lastUses.forEach((id, at) ->
            handle
                .createUpdate("UPDATE api_keys SET last_used_at = :at WHERE id = :id")
                .bind("at", at.toString())
                .bind("id", id)
                .execute()));
  }
}
