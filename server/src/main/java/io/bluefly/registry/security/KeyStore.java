package io.bluefly.registry.security;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Keeps API keys. Whatever returns has been committed; failures are the store's own exception. Its
 * methods may wait.
 */
public interface KeyStore {
  /** All keys, in the order in which they were made. */
  List<ApiKey> loadKeys();

  /** Adds a key. */
  void addKey(ApiKey key);

  /** Forgets a key. */
  void removeKey(String id);

  /** Notes when keys were last used, by id; those that are gone are left out. */
  void saveKeyUses(Map<String, Instant> lastUses);
}
