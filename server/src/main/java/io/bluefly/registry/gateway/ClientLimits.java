package io.bluefly.registry.gateway;

import io.bluefly.registry.security.LimitSettings;
import io.bluefly.registry.security.RateLimit;
import io.bluefly.registry.security.SafeHeaders;
import io.netty.util.AsciiString;
import io.vertx.core.http.Http1ServerConfig;
import java.time.Duration;
import java.util.function.LongSupplier;

/** What one client may take of the registry, on all event loops. */
public final class ClientLimits {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final LimitSettings settings;
  private final OpenConnections connections;
  private final RateLimit keys;
  private final RateLimit pools;
  private final AsciiString safeLines;

  /**
   * Nobody has taken anything yet.
   *
   * @param safe what every answer has
   * @param nanos a clock like {@link System#nanoTime}
   */
  public ClientLimits(LimitSettings settings, SafeHeaders safe, LongSupplier nanos) {
    this.settings = settings;
    this.connections = new OpenConnections(settings, nanos);
    this.keys = new RateLimit(settings.requestsPerKey(), settings.burstPerKey(), SECOND, nanos);
    this.pools = new RateLimit(settings.requestsPerPool(), settings.burstPerPool(), SECOND, nanos);
    this.safeLines = AsciiString.cached(safe.lines());
  }

  LimitSettings settings() {
    return settings;
  }

  OpenConnections connections() {
    return connections;
  }

  /** How often each key may ask, on both planes. */
  public RateLimit keys() {
    return keys;
  }

  /** How often each pool may be asked. */
  RateLimit pools() {
    return pools;
  }

  /** The lines of {@link SafeHeaders}. */
  AsciiString safeLines() {
    return safeLines;
  }

  /** The head of a request. */
  public Http1ServerConfig heads() {
    return new Http1ServerConfig()
        .setMaxHeaderSize(settings.maxHead())
        .setMaxInitialLineLength(settings.maxRequestLine());
  }
}
