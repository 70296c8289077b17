package io.bluefly.registry.capabilities;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is looked through once, and what is forgotten. */
class FlagCacheTest {
  private final FlagCache cache = new FlagCache();
  private final AtomicInteger looks = new AtomicInteger();

  private List<Flag> get(String hash, long names, int flags) {
    return cache.get(
        new FlagCache.Key("c", hash, names),
        () -> {
          looks.incrementAndGet();
          Flag flag = new Flag(Flag.Kind.HIDDEN_UNICODE, "/name", hash);
          return Collections.nCopies(flags, flag);
        });
  }

  @Test
  void aDefinitionIsLookedThroughOnceUnlessOthersToolsChange() {
    assertThat(get("a", 1, 2)).hasSize(2).isEqualTo(get("a", 1, 2));
    assertThat(looks).hasValue(1);
    get("b", 1, 0);
    get("a", 2, 2);
    assertThat(looks).hasValue(3);
  }

  @Test
  void whatWasNotAskedForLongIsForgotten() {
    get("first", 1, 50);
    for (int i = 0; i < FlagCache.MOST; i++) {
      get("n" + i, 1, 50);
    }
    assertThat(cache.size()).isBetween(1, FlagCache.MOST / 51);
    looks.set(0);
    get("n" + (FlagCache.MOST - 1), 1, 50);
    assertThat(looks).hasValue(0);
    get("first", 1, 50);
    assertThat(looks).hasValue(1);
  }
}
