package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.protocol.RpcMessage;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The greeting of a legacy server over Streamable HTTP ends with the answer to its last message.
 */
class HandshakeTest {
  private static final RpcMessage INITIALIZE = OwnRequests.initialize();
  private static final String RESULT =
      "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"protocolVersion\":\"2025-11-25\","
          + "\"capabilities\":{},\"serverInfo\":{\"name\":\"n\",\"version\":\"1\"}}}";

  private final CompletableFuture<HttpServerRequest> initialized = new CompletableFuture<>();
  private final HttpFixture http = new HttpFixture(this::handle);
  private final HttpSession session =
      new HttpSession(http.client(), http.target("/mcp"), http.timers(), 1000);

  private void handle(HttpServerRequest request) {
    request
        .body()
        .onSuccess(body -> {
          if (body.toString().contains("notifications/initialized")) {
            initialized.complete(request);
          } else if (body.toString().contains("server/discover")) {
            request.response().setStatusCode(400).end();
          } else {
            request.response().putHeader("content-type", "application/json").end(RESULT);
          }
        });
  }

  @AfterEach
  void stop() {
    session.close();
    http.close();
  }

  private CompletableFuture<Void> greet(Duration timeout, boolean own) {
    Handshake handshake = new Handshake(new TestSettings(timeout, 1000), InstantSource.system());
    return CompletableFuture.runAsync(() -> {
      try {
        if (own) {
          handshake.greetAs(session, INITIALIZE);
        } else {
          handshake.greet(session);
        }
      } catch (UpstreamException | Handshake.NoStreamableHttp e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void itWaitsUntilTheServerHasTakenTheLastMessage(boolean own) throws Exception {
    CompletableFuture<Void> greeting = greet(Duration.ofSeconds(30), own);
    HttpServerRequest last = initialized.get(5, TimeUnit.SECONDS);
    assertThatThrownBy(() -> greeting.get(300, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    last.response().setStatusCode(202).end();
    greeting.get(5, TimeUnit.SECONDS);
  }

  @Test
  void aServerThatDoesNotAnswerItIsNotWaitedForLong() throws Exception {
    greet(Duration.ofSeconds(1), true).get(5, TimeUnit.SECONDS);
    assertThat(initialized.get(5, TimeUnit.SECONDS).response().ended()).isFalse();
  }
}
