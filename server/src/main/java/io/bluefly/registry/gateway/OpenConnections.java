package io.bluefly.registry.gateway;

import io.bluefly.registry.security.LimitSettings;
import io.bluefly.registry.security.RemoteAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many connections clients have, all together and from each address; for all event loops. */
final class OpenConnections {
  private static final Logger log = LoggerFactory.getLogger(OpenConnections.class);
  private static final long SAY_AGAIN = Duration.ofMinutes(1).toNanos();

  private final LimitSettings settings;
  private final LongSupplier nanos;
  private final AtomicInteger all = new AtomicInteger();
  private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicLong said;

  /**
   * None yet.
   *
   * @param nanos a clock like {@link System#nanoTime}
   */
  OpenConnections(LimitSettings settings, LongSupplier nanos) {
    this.settings = settings;
    this.nanos = nanos;
    this.said = new AtomicLong(nanos.getAsLong() - SAY_AGAIN);
  }

  /** A place that is taken until it is given back, by running it once; null when there is none. */
  @Nullable Runnable enter(SocketAddress remote) {
    String address = RemoteAddress.key(remote);
    if (all.incrementAndGet() > settings.maxConnections()) {
      all.decrementAndGet();
      refuse("limits.max-connections, " + settings.maxConnections());
      return null;
    }
    int most = most(remote);
    if (byAddress.merge(address, 1, Integer::sum) > most) {
      leave(address);
      refuse("limits.connections-per-address, " + most);
      return null;
    }
    return () -> leave(address);
  }

  private int most(SocketAddress remote) {
    int usual =
        RemoteAddress.isLoopback(remote) ? Integer.MAX_VALUE : LimitSettings.USUAL_PER_ADDRESS;
    return settings.connectionsPerAddress().orElse(usual);
  }

  private void leave(String address) {
    all.decrementAndGet();
    byAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
  }

  /** A line for each would be one more thing to flood. */
  private void refuse(String limit) {
    refused.incrementAndGet();
    long last = said.get();
    long now = nanos.getAsLong();
    if (now - last >= SAY_AGAIN && said.compareAndSet(last, now)) {
      log.warn(
          "Too many connections of clients ({}): {} closed at once since this was said last",
          limit,
          refused.getAndSet(0));
    }
  }

  /** Those that are open. */
  int count() {
    return all.get();
  }
}
