package io.bluefly.registry.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.balancing.PoolSettings;
import io.bluefly.registry.balancing.PoolSettings.StickyBy;
import io.bluefly.registry.balancing.StrategyName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every store of pools must do; run on each database. */
interface PoolStoreContract {
  /** Settings without a default in them. */
  PoolSettings FULL =
      new PoolSettings(
          StrategyName.STICKY,
          List.of("b", "a"),
          StickyBy.ARGUMENT,
          "ünïcode 😀",
          Duration.ofMillis(250));

  /** The same, at first empty, database each time. */
  SqlDatabase open();

  @Test
  default void whatWasSavedOfPoolsIsLoadedByTheNextStart() {
    try (SqlDatabase database = open()) {
      assertThat(database.pools().loadPools()).isEmpty();
      database.pools().savePool("full", FULL);
      database.pools().savePool("plain", PoolSettings.DEFAULT);
    }
    try (SqlDatabase database = open()) {
      assertThat(database.pools().loadPools())
          .isEqualTo(Map.of("full", FULL, "plain", PoolSettings.DEFAULT));
    }
  }

  @Test
  default void savingAPoolAgainReplaces() {
    try (SqlDatabase database = open()) {
      database.pools().savePool("p", FULL);
      database.pools().savePool("p", PoolSettings.DEFAULT);
      assertThat(database.pools().loadPools()).isEqualTo(Map.of("p", PoolSettings.DEFAULT));
    }
  }
}
