package io.bluefly.registry.upstream;

import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.Fetcher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Gets small documents by HTTP, each within three seconds and 256 KiB, from addresses that the
 * egress guard permits. They are rare: no connection is kept.
 */
public final class GuardedFetcher implements Fetcher {
  private static final Duration DEADLINE = Duration.ofSeconds(3);
  private static final int MAX_BYTES = 256 * 1024;
  private static final int OK = 200;

  private final EgressGuard guard;
  private final Duration deadline;
  private final HttpClient client;

  /** With the usual deadline. */
  public GuardedFetcher(Vertx vertx, EgressGuard guard) {
    this(vertx, guard, DEADLINE);
  }

  /** Gives each document so long. */
  public GuardedFetcher(Vertx vertx, EgressGuard guard, Duration deadline) {
    this.guard = guard;
    this.deadline = deadline;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setKeepAlive(false)
                .setDecompressionSupported(false)
                .setConnectTimeout((int) deadline.toMillis()));
  }

  @Override
  public byte[] fetch(URI uri) throws IOException {
    try {
      InetAddress address =
          guard.resolve(uri.getHost()).get(deadline.toMillis(), TimeUnit.MILLISECONDS);
      return client
          .request(options(uri, address))
          .compose(request -> request.send().compose(response -> body(response)))
          .toCompletionStage()
          .toCompletableFuture()
          .get(deadline.toMillis(), TimeUnit.MILLISECONDS)
          .getBytes();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(uri + " can't be read: " + cause.getMessage(), e);
    } catch (TimeoutException e) {
      throw new IOException(uri + " does not answer within " + deadline.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private RequestOptions options(URI uri, InetAddress address) {
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return PinnedHttp.options(uri, address, uri.getRawPath() + query, deadline)
        .putHeader("accept", "application/json");
  }

  /** Whoever sends something else than was asked for is left at once. */
  private static Future<Buffer> body(HttpClientResponse response) {
    if (response.statusCode() != OK) {
      response.request().reset();
      return Future.failedFuture("it answers with HTTP " + response.statusCode());
    }
    return PinnedHttp.body(response, MAX_BYTES);
  }
}
