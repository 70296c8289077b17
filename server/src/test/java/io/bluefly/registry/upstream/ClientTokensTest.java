package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When tokens are fetched, and when they are not. */
class ClientTokensTest {
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final ManualTimer timers = new ManualTimer(clock);
  private final Queue<Runnable> held = new ArrayDeque<>();
  private boolean holding;
  private int fetches;
  private Duration life = Duration.ofMinutes(10);
  private @Nullable UpstreamException failure;

  private final ClientTokens tokens =
      new ClientTokens(this::fetch, executor(), timers, this::nanos);

  private Executor executor() {
    return task -> {
      if (holding) {
        held.add(task);
      } else {
        task.run();
      }
    };
  }

  private ClientTokens.Grant fetch() throws UpstreamException {
    fetches++;
    if (failure != null) {
      throw failure;
    }
    return new ClientTokens.Grant("t" + fetches, life);
  }

  private long nanos() {
    Duration since = Duration.between(Instant.parse("2026-01-01T00:00:00Z"), clock.instant());
    return Long.MAX_VALUE - 1_000 + since.toNanos(); // As System.nanoTime may, it wraps.
  }

  @Test
  void aTokenIsKeptAndReplacedBeforeItsEnd() throws Exception {
    tokens.await();
    tokens.await();
    timers.advance(Duration.ofSeconds(539));
    tokens.await();
    assertThat(tokens.latest()).isEqualTo("t1");
    timers.advance(Duration.ofSeconds(2));
    assertThat(tokens.latest()).isEqualTo("t2");
    timers.advance(Duration.ofMinutes(60));
    assertThat(fetches).isEqualTo(8);
  }

  @Test
  void whoIsClosedFetchesNoMoreOfItself() throws Exception {
    tokens.await();
    tokens.close();
    timers.advance(Duration.ofHours(1));
    assertThat(fetches).isEqualTo(1);
  }

  @Test
  void oneIsFetchedAtATime() throws Exception {
    tokens.await();
    timers.advance(Duration.ofSeconds(31));
    holding = true;
    List<CompletableFuture<Boolean>> asking = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      asking.add(tokens.renewed("t1"));
    }
    assertThat(held).hasSize(1);
    assertThat(asking).allMatch(asked -> !asked.isDone());
    held.remove().run();
    assertThat(asking).allMatch(CompletableFuture::join);
    assertThat(fetches).isEqualTo(2);
  }

  @Test
  void aServerThatAcceptsNoTokenCausesNoStorm() throws Exception {
    tokens.await();
    for (int i = 0; i < 1_000; i++) {
      assertThat(tokens.renewed("t" + fetches).join()).isFalse();
    }
    assertThat(fetches).isEqualTo(1);
    timers.advance(ClientTokens.FLOOR);
    for (int i = 0; i < 1_000; i++) {
      tokens.renewed("t" + fetches).join();
    }
    assertThat(fetches).isEqualTo(2);
  }

  @Test
  void whoWasSentAnOldTokenTriesTheLatest() throws Exception {
    tokens.await();
    timers.advance(Duration.ofSeconds(541));
    assertThat(tokens.renewed("t1").join()).isTrue();
    assertThat(fetches).isEqualTo(2);
  }

  @Test
  void aFailureIsTheAnswerToAllWhoAskSoonAfterIt() throws Exception {
    failure = new UpstreamException(FailureReason.NEEDS_AUTHENTICATION, "no");
    assertThatThrownBy(tokens::await).hasMessage("no");
    assertThatThrownBy(tokens::await).hasMessage("no");
    assertThat(fetches).isEqualTo(1);
    failure = null;
    timers.advance(Duration.ofSeconds(2));
    tokens.await();
    assertThat(tokens.latest()).isEqualTo("t2");
  }

  @Test
  void anOldTokenStaysWhileThereIsNoOtherAndOneIsTriedForAgain() throws Exception {
    tokens.await();
    failure = new UpstreamException(FailureReason.UNREACHABLE, "gone");
    timers.advance(Duration.ofSeconds(541));
    assertThat(tokens.latest()).isEqualTo("t1");
    assertThat(fetches).isEqualTo(2);
    failure = null;
    timers.advance(ClientTokens.FLOOR);
    assertThat(tokens.latest()).isEqualTo("t3");
  }

  @Test
  void aTokenOfNoLifeIsNotFetchedWithoutAPause() throws Exception {
    life = Duration.ofSeconds(1);
    tokens.await();
    timers.advance(Duration.ofSeconds(95));
    assertThat(fetches).isEqualTo(10);
  }

  @Test
  void headersHaveTheLatestTokenBesideThoseThatStay() throws Exception {
    OwnHeaders headers = OwnHeaders.of(Map.of("x-a", "b"), tokens);
    assertThat(headers.now()).isEqualTo(Map.of("x-a", "b"));
    tokens.await();
    Map<String, String> first = headers.now();
    assertThat(first).isEqualTo(Map.of("x-a", "b", "authorization", "Bearer t1"));
    assertThat(headers.now()).isSameAs(first);
    assertThat(headers.renewed(first).join()).isFalse();
    timers.advance(Duration.ofSeconds(541));
    assertThat(headers.now()).containsEntry("authorization", "Bearer t2");
    assertThat(headers.renewed(first).join()).isTrue();
    assertThat(OwnHeaders.fixed(first).renewed(first).join()).isFalse();
  }

  @Test
  void aDefectIsToldToWhoeverWaitsAndIsNotTheEnd() throws Exception {
    List<Throwable> defects = new ArrayList<>(List.of(new NoClassDefFoundError("gone")));
    ClientTokens defective =
        new ClientTokens(
            () -> {
              if (!defects.isEmpty()) {
                throw (Error) defects.removeFirst();
              }
              return new ClientTokens.Grant("good", life);
            },
            task -> {
              try {
                task.run();
              } catch (NoClassDefFoundError e) {
                // As a thread's end would have it.
              }
            },
            timers,
            this::nanos);
    CompletableFuture<Boolean> renewed = defective.renewed("bad");
    assertThat(renewed).isCompletedWithValue(false);
    timers.advance(Duration.ofSeconds(31));
    assertThat(defective.renewed("bad")).isCompletedWithValue(true);
  }

  @Test
  void whereNothingCanBeRunNobodyWaits() {
    ClientTokens stopped =
        new ClientTokens(
            this::fetch,
            _ -> {
              throw new RejectedExecutionException("stopping");
            },
            timers,
            this::nanos);
    assertThatThrownBy(stopped::await).isInstanceOf(UpstreamException.class);
    assertThat(stopped.renewed("bad")).isCompletedWithValue(false);
  }
}
