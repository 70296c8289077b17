package io.bluefly.registry.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ApiKeysTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
  private static final Set<Permission> READ = Set.of(Permission.READ);

  /** Keeps what it is given. */
  private static final class Kept implements KeyStore {
    private final List<ApiKey> keys = new ArrayList<>();
    private final Map<String, Instant> uses = new HashMap<>();
    private int writes;

    @Override
    public List<ApiKey> loadKeys() {
      return List.copyOf(keys);
    }

    @Override
    public void addKey(ApiKey key) {
      keys.add(key);
    }

    @Override
    public void removeKey(String id) {
      keys.removeIf(key -> key.id().equals(id));
    }

    @Override
    public void saveKeyUses(Map<String, Instant> lastUses) {
      uses.putAll(lastUses);
      writes++;
    }
  }

  private final Kept store = new Kept();
  private final ManualClock clock = new ManualClock(NOW);
  private final ApiKeys keys = new ApiKeys(store, clock);

  private ApiKeys.Created create(String name, @Nullable Instant expiresAt) {
    return keys.create(name, READ, new Scope(Set.of("files"), Set.of()), expiresAt);
  }

  private Principal found(String secret) {
    return Objects.requireNonNull(keys.find(secret));
  }

  @Test
  void aKeyOpensWhatItWasMadeForAndIsKeptAsAHashOnly() {
    ApiKeys.Created made = create("agent", null);

    Principal principal = found(made.secret());
    assertThat(principal.id()).isEqualTo(made.key().id());
    assertThat(principal.may(Permission.READ)).isTrue();
    assertThat(principal.may(Permission.CALL)).isFalse();
    assertThat(principal.scope().covers("c", "files")).isTrue();
    assertThat(principal.scope().covers("c", "other")).isFalse();
    assertThat(store.keys.toString()).doesNotContain(made.secret().substring(5));
    assertThat(keys.find(made.secret() + "x")).isNull();
    assertThat(keys.find(made.key().hash())).isNull();
  }

  @Test
  void keysOutliveTheProcess() {
    ApiKeys.Created made = create("agent", null);
    ApiKeys later = new ApiKeys(store, clock);
    later.load();
    assertThat(later.list()).isEqualTo(keys.list());
    assertThat(later.find(made.secret())).isNotNull();
  }

  @Test
  void anExpiredKeyOpensNothingAndEndsWhatItHasBegun() {
    ApiKeys.Created made = create("agent", NOW.plusSeconds(60));
    Principal principal = found(made.secret());
    clock.advance(Duration.ofSeconds(59));
    assertThat(keys.find(made.secret())).isNotNull();
    clock.advance(Duration.ofSeconds(1));
    assertThat(keys.find(made.secret())).isNull();
    assertThat(principal.isCurrent(clock.instant())).isFalse();
  }

  @Test
  void aDeletedKeyOpensNothingAndEndsWhatItHasBegun() {
    ApiKeys.Created made = create("agent", null);
    Principal principal = found(made.secret());
    assertThat(keys.delete(made.key().id())).isNotNull();
    assertThat(keys.find(made.secret())).isNull();
    assertThat(principal.isCurrent(NOW)).isFalse();
    assertThat(keys.delete(made.key().id())).isNull();
    assertThat(store.keys).isEmpty();
  }

  @Test
  void theLastUseIsShownAtOnceAndStoredWhenItHasChanged() {
    ApiKeys.Created made = create("agent", null);
    assertThat(keys.list().getFirst().lastUsedAt()).isNull();
    clock.advance(Duration.ofSeconds(5));
    keys.find(made.secret());
    assertThat(keys.list().getFirst().lastUsedAt()).isEqualTo(NOW.plusSeconds(5));
    keys.saveUses();
    keys.saveUses();
    assertThat(store.uses).containsEntry(made.key().id(), NOW.plusSeconds(5));
    assertThat(store.writes).isEqualTo(1);
  }

  @Test
  void theAdminKeyMayDoEverythingAndIsNotListed() {
    keys.admit("the-admin-key");
    Principal admin = found("the-admin-key");
    assertThat(Permission.values()).allMatch(admin::may);
    assertThat(keys.list()).isEmpty();
  }
}
