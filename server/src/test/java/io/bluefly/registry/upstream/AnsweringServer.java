package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Era;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A modern server on a port of this machine, in this process; it ends with its Vert.x. */
public final class AnsweringServer {
  private final Function<String, @Nullable JsonObject> results;
  private final HttpServer server;

  /**
   * Listens.
   *
   * @param results what it answers a request of that method; null: it never answers that
   */
  public AnsweringServer(Vertx vertx, Function<String, @Nullable JsonObject> results) {
    this.results = results;
    this.server =
        vertx
            .createHttpServer()
            .requestHandler(this::answer)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  private void answer(HttpServerRequest request) {
    request
        .body()
        .map(body -> body.toJsonObject())
        .onSuccess(message -> {
          JsonObject result = results.apply(message.getString("method"));
          if (result != null) {
            request
                .response()
                .putHeader("content-type", "application/json")
                .end(
                    new JsonObject()
                        .put("jsonrpc", "2.0")
                        .put("id", message.getValue("id"))
                        .put("result", result)
                        .encode());
          }
        });
  }

  /** What a server says of itself that has these capabilities. */
  public static JsonObject discovery(JsonObject capabilities) {
    return new JsonObject()
        .put("supportedVersions", new JsonArray().add(Era.MODERN_VERSION))
        .put("capabilities", capabilities);
  }

  /** Where it is. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.actualPort() + "/mcp");
  }
}
