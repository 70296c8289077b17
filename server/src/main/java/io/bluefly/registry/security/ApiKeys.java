package io.bluefly.registry.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The keys that open the registry: the one of the file {@code admin.key}, and those that were made
 * by the API. Whose key it is, is found without waiting; changes are committed before they count.
 */
public final class ApiKeys {
  /** Keys that may exist. */
  public static final int MAX_KEYS = 10_000;

  /** What every key begins with, so that scanners of repositories find one that has got there. */
  static final String PREFIX = "mcpr_";

  /** One for each thread: to look for one costs more than to use it, and each call does. */
  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(ApiKeys::sha256);

  private static final int SECRET_BYTES = 32;
  private static final int ID_BYTES = 9;

  /** A key in use. */
  private static final class Entry {
    final ApiKey key;
    final Principal principal;
    volatile @Nullable Instant lastUsedAt;

    Entry(ApiKey key) {
      this.key = key;
      this.principal = key.principal();
      this.lastUsedAt = key.lastUsedAt();
    }

    ApiKey now() {
      return key.usedAt(lastUsedAt);
    }
  }

  /** There are as many keys as there may be. */
  public static final class TooManyKeysException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyKeysException() {
      super("There are " + MAX_KEYS + " keys; delete some first", null, false, false);
    }
  }

  /**
   * A key that was just made.
   *
   * @param secret the key itself, which nobody can show again
   */
  public record Created(ApiKey key, String secret) {}

  private final KeyStore store;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Entry> byHash = new ConcurrentHashMap<>();
  private final Map<String, Entry> byId = new ConcurrentSkipListMap<>();
  private final ReentrantLock changes = new ReentrantLock();
  private volatile Map<String, Instant> saved = Map.of();

  /** Knows no key until {@link #load} and {@link #admit}. */
  public ApiKeys(KeyStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Reads the store. */
  public void load() {
    store.loadKeys().forEach(this::publish);
  }

  /** Lets whoever has {@code secret} do everything; it is neither kept nor listed. */
  public void admit(String secret) {
    ApiKey admin =
        new ApiKey(
            "admin",
            "admin",
            hash(secret),
            Set.of(Permission.ADMIN),
            Scope.ALL,
            Instant.EPOCH,
            null,
            null);
    byHash.put(admin.hash(), new Entry(admin));
  }

  private void publish(ApiKey key) {
    Entry entry = new Entry(key);
    byHash.put(key.hash(), entry);
    byId.put(key.id(), entry);
  }

  /** Whose key it is; null when it is nobody's, or not good any more. */
  @Nullable Principal find(String secret) {
    Entry entry = byHash.get(hash(secret));
    Instant now = clock.instant();
    if (entry == null || !entry.principal.isCurrent(now)) {
      return null;
    }
    entry.lastUsedAt = now;
    return entry.principal;
  }

  /** All keys, in the order in which they were made. */
  public List<ApiKey> list() {
    return byId.values().stream().map(Entry::now).toList();
  }

  /**
   * Makes a key.
   *
   * @param expiresAt until when it is good; null for ever
   * @throws TooManyKeysException when there are {@value #MAX_KEYS}
   */
  public Created create(
      String name, Set<Permission> permissions, Scope scope, @Nullable Instant expiresAt) {
    changes.lock();
    try {
      if (byId.size() >= MAX_KEYS) {
        throw new TooManyKeysException();
      }
      String secret = PREFIX + text(SECRET_BYTES);
      Instant now = clock.instant();
      // Ids are sorted by time.
      String id = "key-" + HexFormat.of().toHexDigits(now.toEpochMilli(), 11) + "-" + idSuffix();
      ApiKey key = new ApiKey(id, name, hash(secret), permissions, scope, now, expiresAt, null);
      store.addKey(key);
      publish(key);
      return new Created(key, secret);
    } finally {
      changes.unlock();
    }
  }

  private String idSuffix() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private String text(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Forgets a key; what was begun with it ends. The key, or null when there is none. */
  public @Nullable ApiKey delete(String id) {
    changes.lock();
    try {
      Entry entry = byId.get(id);
      if (entry == null) {
        return null;
      }
      store.removeKey(id);
      byId.remove(id);
      byHash.remove(entry.key.hash());
      entry.principal.revoke();
      return entry.now();
    } finally {
      changes.unlock();
    }
  }

  /** Notes in the store when keys were last used, where that has changed; called now and then. */
  public void saveUses() {
    Map<String, Instant> now = new HashMap<>();
    for (Entry entry : byId.values()) {
      Instant used = entry.lastUsedAt;
      if (used != null && !used.equals(entry.key.lastUsedAt())) {
        now.put(entry.key.id(), used);
      }
    }
    Map<String, Instant> changed = new HashMap<>(now);
    changed.entrySet().removeAll(saved.entrySet());
    if (!changed.isEmpty()) {
      store.saveKeyUses(changed);
      saved = now;
    }
  }

  private static String hash(String secret) {
    return HexFormat.of().formatHex(SHA_256.get().digest(secret.getBytes(UTF_8)));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
