package io.bluefly.registry.it;

import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that call the tools of {@link ChaosPool}, one call after the other, each with a key of
 * its own: half of them modern, half in a legacy session. All together begin one call per pace.
 */
final class PoolLoad implements AutoCloseable {
  static final String NO_ANSWER = "no answer: ";
  private static final List<String> TOOLS = List.of("read_counter", "put_once", "put_idempotent");
  private static final AtomicInteger KEYS = new AtomicInteger();

  private final RawClient client;
  private final Semaphore turns = new Semaphore(0);
  private final ScheduledExecutorService pacer = Executors.newSingleThreadScheduledExecutor();
  private final List<CompletableFuture<Void>> clients = new ArrayList<>();
  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
  private volatile boolean over;

  /** Begins, with so many clients. */
  PoolLoad(RegistryProcess registry, int count, Duration pace) throws Exception {
    this.client = new RawClient(registry, "/pools/" + ChaosPool.NAME + "/mcp");
    for (int number = 0; number < count; number++) {
      String session = number % 2 == 0 ? "" : client.initialize("{}");
      clients.add(
          CompletableFuture.runAsync(() -> callUntilOver(session), Thread::startVirtualThread));
    }
    pacer.scheduleAtFixedRate(
        () -> turns.release(turns.availablePermits() < count ? 1 : 0),
        0,
        pace.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private void callUntilOver(String session) {
    while (true) {
      turns.acquireUninterruptibly();
      if (over) {
        return;
      }
      int number = KEYS.incrementAndGet();
      String tool = TOOLS.get(number % TOOLS.size());
      ended.add(call(session, tool, "key-" + number));
    }
  }

  private Ended call(String session, String tool, String key) {
    String arguments = "{\"key\":\"" + key + "\"}";
    try {
      Said said =
          session.isEmpty()
              ? client.callModern(tool, arguments)
              : client.callLegacy(session, tool, arguments);
      return Ended.of(tool, key, said);
    } catch (IOException e) {
      return new Ended(tool, key, Ended.How.UNCLEAR, NO_ANSWER + e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts", e);
    }
  }

  /** The calls that have ended so far. */
  List<Ended> ended() {
    return List.copyOf(ended);
  }

  /** Lets the calls that have begun end, and returns all. */
  List<Ended> stop() {
    over = true;
    pacer.shutdownNow();
    turns.release(clients.size());
    clients.forEach(CompletableFuture::join);
    return ended();
  }

  @Override
  public void close() {
    stop();
  }
}
