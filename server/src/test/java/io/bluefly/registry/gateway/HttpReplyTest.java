package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that somebody else has begun to write, and gave up. */
class HttpReplyTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    join(vertx.close());
  }

  private static <T> T join(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  private HttpClientRequest ask(Consumer<ClientExchange> gateway) {
    int port = WireServer.start(vertx, gateway);
    return join(vertx.createHttpClient().request(HttpMethod.GET, port, "127.0.0.1", "/mcp"));
  }

  @Test
  void anEventThatWasCutOffIsEndedOnceThoughTheAnswerIsTakenBackTwice() {
    HttpClientRequest request =
        ask(exchange -> {
          HttpReply reply = new HttpReply(vertx, exchange);
          exchange.begin(200);
          exchange.write("data: cut".getBytes(UTF_8));
          reply.takeBack();
          reply.takeBack();
          reply.finish(503, "{}".getBytes(UTF_8));
        });
    Buffer body = join(request.send().compose(HttpClientResponse::body));
    assertThat(body.toString()).isEqualTo("data: cut\n\nevent: message\ndata: {}\n\n");
  }

  @Test
  void whatIsTakenBackBeforeItHasBegunIsAnsweredAsAWhole() {
    HttpClientRequest request =
        ask(exchange -> {
          HttpReply reply = new HttpReply(vertx, exchange);
          reply.takeBack();
          reply.finish(503, "{}".getBytes(UTF_8));
        });
    HttpClientResponse response = join(request.send());
    assertThat(response.statusCode()).isEqualTo(503);
  }

  @Test
  void aClientThatLeavesIsHeardAfterTheAnswerWasTakenBack() throws Exception {
    CompletableFuture<String> told = new CompletableFuture<>();
    HttpClientRequest request =
        ask(exchange -> {
          HttpReply reply = new HttpReply(vertx, exchange);
          exchange.onGone(() -> told.complete("somebody who has given up"));
          reply.takeBack();
          reply.onClientGone(() -> told.complete("who waits"));
          exchange.begin(200);
          exchange.write("data: begun\n\n".getBytes(UTF_8));
        });
    join(request.send());
    join(request.connection().close());
    assertThat(told.get(10, TimeUnit.SECONDS)).isEqualTo("who waits");
  }
}
