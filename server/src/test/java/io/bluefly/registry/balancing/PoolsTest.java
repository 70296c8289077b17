package io.bluefly.registry.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.balancing.PoolSettings.StickyBy;
import io.bluefly.registry.connections.ConnectionStore.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class PoolsTest {
  private static final PoolSettings RANDOM =
      new PoolSettings(StrategyName.RANDOM, List.of(), StickyBy.SESSION, null, null);

  private final MemoryStore store = new MemoryStore();
  private final Pools pools = new Pools(store);

  /** Keeps what is saved; refuses when it is told to. */
  private static final class MemoryStore implements PoolStore {
    private final Map<String, PoolSettings> saved = new TreeMap<>();
    private int writes;
    private boolean broken;

    @Override
    public Map<String, PoolSettings> loadPools() {
      return saved;
    }

    @Override
    public void savePool(String pool, PoolSettings settings) {
      if (broken) {
        throw new StoreException("the disk is full", new IllegalStateException());
      }
      writes++;
      saved.put(pool, settings);
    }
  }

  @Test
  void aPoolOfWhichNothingWasSaidIsLeastLoaded() {
    assertThat(pools.settings("any")).isEqualTo(PoolSettings.DEFAULT);
    assertThat(PoolSettings.DEFAULT.strategy()).isEqualTo(StrategyName.LEAST_LOADED);
    assertThat(pools.names()).isEmpty();
  }

  @Test
  void whatWasChangedIsThereAfterTheNextStart() {
    pools.change("a", _ -> RANDOM);
    Pools next = new Pools(store);
    next.load();
    assertThat(next.settings("a")).isEqualTo(RANDOM);
    assertThat(next.names()).containsExactly("a");
  }

  @Test
  void nobodySeesWhatCouldNotBeStored() {
    List<String> told = new ArrayList<>();
    pools.onChange(told::add);
    store.broken = true;
    assertThatThrownBy(() -> pools.change("a", _ -> RANDOM)).isInstanceOf(StoreException.class);
    assertThat(pools.settings("a")).isEqualTo(PoolSettings.DEFAULT);
    assertThat(told).isEmpty();
  }

  @Test
  void aChangeIsToldOnceItIsSeenAndWhatStaysIsNot() {
    List<PoolSettings> seen = new ArrayList<>();
    pools.onChange(pool -> seen.add(pools.settings(pool)));
    pools.change("a", _ -> RANDOM);
    pools.change("a", UnaryOperator.identity());
    assertThat(seen).containsExactly(RANDOM);
    assertThat(store.writes).isEqualTo(1);
  }

  @Test
  void whoIsBackAtTheDefaultHasNoSettingsOfItsOwn() {
    pools.change("a", _ -> RANDOM);
    pools.change("a", _ -> PoolSettings.DEFAULT);
    assertThat(pools.names()).isEmpty();
    Pools next = new Pools(store);
    next.load();
    assertThat(next.names()).isEmpty();
    assertThat(next.settings("a")).isEqualTo(PoolSettings.DEFAULT);
  }

  @Test
  void settingsThatCanNotWorkAreNone() {
    assertThatThrownBy(
            () -> new PoolSettings(StrategyName.STICKY, List.of(), StickyBy.ARGUMENT, null, null))
        .hasMessageContaining("argument");
    assertThatThrownBy(() ->
            new PoolSettings(StrategyName.STICKY, List.of(), StickyBy.SESSION, null, Duration.ZERO))
        .hasMessageContaining("hedgeAfter");
  }

  @Test
  void namesAreThoseOfTheApi() {
    assertThat(StrategyName.names())
        .containsExactly(
            "least-loaded",
            "round-robin",
            "weighted-round-robin",
            "random",
            "least-latency",
            "priority",
            "sticky");
    assertThat(StrategyName.of("weighted-round-robin")).contains(StrategyName.WEIGHTED_ROUND_ROBIN);
    assertThat(StrategyName.of("RANDOM")).isEmpty();
  }
}
