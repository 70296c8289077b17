package io.bluefly.registry.gateway;

import io.bluefly.registry.security.Principal;
import io.bluefly.registry.upstream.PlainHead;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.internal.ContextInternal;
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
    Admission admission = (uri, _) -> verdict(McpPath.parse(uri.replaceFirst("[?].*", "")));
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
            .connectionHandler(connection -> {
              ChannelHandlerContext end =
                  ((HttpServerConnection) connection).channelHandlerContext();
              ContextInternal context = ((HttpServerConnection) connection).context();
              new ClientWire(context, admission, (exchange, _) -> gateway.accept(exchange))
                  .enter(end, new RequestDecoder(new Http1ServerConfig(), PlainHead.room()));
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
