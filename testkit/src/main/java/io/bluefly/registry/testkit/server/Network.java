package io.bluefly.registry.testkit.server;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Listens on 127.0.0.1 for one of the network transports. */
final class Network implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final int LARGEST_FRAME = 4 * 1024 * 1024;
  private static final int SECONDS = 10;

  private final Vertx vertx;
  private final ServerState state;
  private final int port;

  Network(ServerState state) {
    this.state = state;
    // One event loop: what belongs to it needs no locks.
    this.vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setInternalBlockingPoolSize(1));
    Context loop = vertx.getOrCreateContext();
    HttpServer server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost(HOST)
                    .setPort(state.options().port())
                    .setHttp2ClearTextEnabled(false) // As the servers of npm.
                    .setWebSocketSubProtocols(List.of(WebSockets.SUBPROTOCOL))
                    .setMaxWebSocketFrameSize(LARGEST_FRAME)
                    .setMaxWebSocketMessageSize(LARGEST_FRAME))
            .requestHandler(handler(state, loop));
    this.port = within(server.listen().toCompletionStage()).actualPort();
  }

  private static Handler<HttpServerRequest> handler(ServerState state, Context loop) {
    return switch (state.options().transport()) {
      case HTTP -> new StreamableHttp(state, loop)::handle;
      case SSE -> new LegacySse(state, loop)::handle;
      case WEBSOCKET -> new WebSockets(state, loop)::handle;
      case STDIO -> throw new IllegalArgumentException("stdio needs a process: see Main");
    };
  }

  String url() {
    return switch (state.options().transport()) {
      case HTTP -> "http://" + HOST + ":" + port + StreamableHttp.PATH;
      case SSE -> "http://" + HOST + ":" + port + LegacySse.PATH;
      case WEBSOCKET -> "ws://" + HOST + ":" + port + StreamableHttp.PATH;
      case STDIO -> throw new IllegalStateException("stdio has no address");
    };
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    within(vertx.close().toCompletionStage());
  }

  private static <T> T within(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the test server does not start or stop", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
