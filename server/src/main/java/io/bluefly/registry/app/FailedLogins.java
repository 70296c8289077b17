package io.bluefly.registry.app;

import io.bluefly.registry.api.ApiRouter;
import io.bluefly.registry.api.Problems;
import io.bluefly.registry.security.LimitSettings;
import io.bluefly.registry.security.RateLimit;
import io.bluefly.registry.security.RemoteAddress;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How often wrong keys may come from one address. It never keeps a right key out: many clients may
 * share an address.
 */
final class FailedLogins {
  private final RateLimit limit;

  /**
   * None yet.
   *
   * @param nanos a clock like {@link System#nanoTime}
   */
  FailedLogins(LimitSettings settings, LongSupplier nanos) {
    this.limit = new RateLimit(settings.failedLogins(), 0, Duration.ofMinutes(1), nanos);
  }

  /** Whether {@code request}, which has a wrong key, is one too many; then it was answered. */
  boolean isTooMuch(HttpServerRequest request) {
    boolean tried =
        request.headers().contains(HttpHeaders.AUTHORIZATION)
            || request.headers().contains("x-api-key");
    if (!tried) {
      return false; // Nothing was guessed.
    }
    int seconds =
        limit.take(
            RemoteAddress.key(
                ((HttpServerConnection) request.connection())
                    .channelHandlerContext()
                    .channel()
                    .remoteAddress()));
    if (seconds > 0) {
      request.response().putHeader("retry-after", Integer.toString(seconds));
      ApiRouter.send(request.response(), Problems.tooManyFailures(seconds));
    }
    return seconds > 0;
  }
}
