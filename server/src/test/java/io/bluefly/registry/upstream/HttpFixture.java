package io.bluefly.registry.upstream;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server on a free port that does what a test tells it, and a client with timers for it. */
final class HttpFixture implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = vertx.createHttpClient();
  private final HashedWheelTimer timers = new HashedWheelTimer(10, TimeUnit.MILLISECONDS);
  private final HttpServer server;

  HttpFixture(Handler<HttpServerRequest> handler) {
    server = join(vertx.createHttpServer().requestHandler(handler).listen(0, "127.0.0.1"));
  }

  static <T> T join(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  HttpClient client() {
    return client;
  }

  Timer timers() {
    return timers;
  }

  HttpTarget target(String path) {
    return TestTargets.of(
        new HttpOrigin("127.0.0.1", server.actualPort(), false), path, Map.of("x-token", "s3cr3t"));
  }

  int port() {
    return server.actualPort();
  }

  @Override
  public void close() {
    timers.stop();
    join(vertx.close());
  }
}
