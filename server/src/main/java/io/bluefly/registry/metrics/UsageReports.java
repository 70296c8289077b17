package io.bluefly.registry.metrics;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls in flight that clients report who call a server without the registry. A reporter's
 * share counts until its next report, and expires without one. Reads take no lock.
 */
public final class UsageReports {
  /** Reporters with calls in flight that a connection has at most. */
  public static final int MOST_REPORTERS = 1_000;

  /** No more reporters are taken; nothing was counted. */
  public static final class TooManyReportersException extends RuntimeException {
    private TooManyReportersException(String connectionId, Duration expiry) {
      super(
          "Connection "
              + connectionId
              + " has "
              + MOST_REPORTERS
              + " reporters with calls in flight: report for several clients together, or try"
              + " again when one has ended its calls or said nothing for "
              + expiry.toSeconds()
              + " s",
          null,
          false,
          false);
    }
  }

  private record Share(int inFlight, long expiresAt) {}

  /** What is reported of a connection: its reporters, who reported last is last. Never changed. */
  private record Shares(Map<String, Share> byReporter, int inFlight, long firstExpiry) {
    static Shares of(Map<String, Share> byReporter) {
      int sum = byReporter.values().stream().mapToInt(Share::inFlight).sum();
      return new Shares(byReporter, sum, byReporter.values().iterator().next().expiresAt);
    }
  }

  private final long expiryNanos;
  private final LongSupplier nanos;
  private final Map<String, Shares> byConnection = new ConcurrentHashMap<>();

  /**
   * Nothing is reported yet.
   *
   * @param expiry how long a share counts
   * @param nanos a monotonic clock such as {@link System#nanoTime}
   */
  public UsageReports(Duration expiry, LongSupplier nanos) {
    this.expiryNanos = expiry.toNanos();
    this.nanos = nanos;
  }

  /** The calls in flight that are reported for a connection. */
  public int inFlight(String connectionId) {
    Shares shares = current(connectionId);
    return shares == null ? 0 : shares.inFlight;
  }

  /** How many reporters have calls in flight at a connection. */
  public int reporters(String connectionId) {
    Shares shares = current(connectionId);
    return shares == null ? 0 : shares.byReporter.size();
  }

  private @Nullable Shares current(String connectionId) {
    Shares shares = byConnection.get(connectionId);
    return shares == null || shares.firstExpiry - nanos.getAsLong() > 0
        ? shares
        : byConnection.computeIfPresent(connectionId, (_, old) -> remaining(old.byReporter));
  }

  private @Nullable Shares remaining(Map<String, Share> byReporter) {
    Map<String, Share> left = unexpired(byReporter);
    return left.isEmpty() ? null : Shares.of(left);
  }

  private Map<String, Share> unexpired(Map<String, Share> byReporter) {
    long now = nanos.getAsLong();
    Map<String, Share> left = new LinkedHashMap<>(byReporter);
    left.values().removeIf(share -> share.expiresAt - now <= 0);
    return left;
  }

  /**
   * Takes what {@code reporter} has in flight at a connection now, in place of what it said before.
   *
   * @throws TooManyReportersException when it is one too many
   */
  public void report(String connectionId, String reporter, int inFlight) {
    byConnection.compute(
        connectionId,
        (_, known) -> {
          Map<String, Share> shares = unexpired(known == null ? Map.of() : known.byReporter);
          shares.remove(reporter);
          if (inFlight > 0) {
            if (shares.size() >= MOST_REPORTERS) {
              throw new TooManyReportersException(connectionId, Duration.ofNanos(expiryNanos));
            }
            shares.put(reporter, new Share(inFlight, nanos.getAsLong() + expiryNanos));
          }
          return shares.isEmpty() ? null : Shares.of(shares);
        });
  }

  /** Drops what is reported of a connection. */
  public void forget(String connectionId) {
    byConnection.remove(connectionId);
  }
}
