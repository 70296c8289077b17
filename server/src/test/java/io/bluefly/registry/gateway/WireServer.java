package io.bluefly.registry.gateway;

import io.bluefly.registry.security.LimitSettings;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.upstream.PlainHead;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.AsciiString;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.internal.ContextInternal;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An HTTP server whose path {@code /mcp} is served without Vert.x. */
final class WireServer {
  private WireServer() {}

  private static Admission.Verdict verdict(@Nullable McpPath path) {
    return path == null
        ? new Admission.Verdict.PassedOn()
        : new Admission.Verdict.Admitted(path, Principal.ANYBODY);
  }

  /** Starts one, whose other paths answer with themselves; its port. */
  static int start(Vertx vertx, Consumer<ClientExchange> gateway) {
    return start(vertx, TestLimits.of(Map.of()), gateway);
  }

  /** Starts one with other limits. */
  static int start(Vertx vertx, LimitSettings settings, Consumer<ClientExchange> gateway) {
    Admission admission = (uri, _) -> verdict(McpPath.parse(uri.replaceFirst("[?].*", "")));
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
            .connectionHandler(connection -> {
              ChannelHandlerContext end =
                  ((HttpServerConnection) connection).channelHandlerContext();
              ContextInternal context = ((HttpServerConnection) connection).context();
              ClientWatch watch = new ClientWatch(settings);
              vertx.setPeriodic(watch.length().toMillis(), _ -> watch.tick());
              new ClientWire(
                      context,
                      watch,
                      AsciiString.cached("safe: yes\r\n"),
                      admission,
                      (exchange, _) -> gateway.accept(exchange))
                  .enter(
                      end,
                      pace ->
                          new RequestDecoder(new Http1ServerConfig(), 100, PlainHead.room(), pace));
            })
            .requestHandler(request ->
                request.endHandler(
                    _ -> vertx.runOnContext(_ -> request.response().end(request.path()))));
    return server
        .listen(0, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(10, TimeUnit.SECONDS)
        .join()
        .actualPort();
  }
}
