package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcMessage;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a legacy server says with 404 or 400: that it refuses a call, or has no such session. */
class ForgottenSessionTest {
  private final HttpFixture http = new HttpFixture(this::handle);
  private final HttpSession session = newSession();
  private final HttpSession successor = newSession();
  private final List<String> calledIn = new CopyOnWriteArrayList<>();
  private final AwaitedCall call = new AwaitedCall();
  private volatile int status = 404;
  private volatile String errorId = "1";

  private HttpSession newSession() {
    return new HttpSession(http.client(), http.target("/mcp"), http.timers(), 1000);
  }

  private void handle(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.POST)) {
      request.response().setStatusCode(405).end();
      return;
    }
    request
        .body()
        .onSuccess(body -> {
          String message = body.toString();
          String id = String.valueOf(request.getHeader("mcp-session-id"));
          request.response().putHeader("content-type", "application/json");
          if (message.contains("initialize")) {
            request
                .response()
                .putHeader("mcp-session-id", message.contains("first") ? "s1" : "s2")
                .end("{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"result\":{}}");
          } else if (message.contains("ping")) {
            request.response().end("{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{}}");
          } else {
            calledIn.add(id);
            answer(request, id);
          }
        });
  }

  private void answer(HttpServerRequest request, String id) {
    if (id.equals("s1")) {
      request
          .response()
          .setStatusCode(status)
          .end(
              "{\"jsonrpc\":\"2.0\",\"id\":"
                  + errorId
                  + ",\"error\":{\"code\":-32600,\"message\":\"no\"}}");
    } else {
      request.response().end("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    }
  }

  @BeforeEach
  void open() throws Exception {
    open(session, "first");
    open(successor, "second");
    session.succeededBy(() -> CompletableFuture.completedFuture(successor));
  }

  private static void open(HttpSession opened, String name) throws Exception {
    RpcMessage initialize =
        RpcMessage.parse(
            ("{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"method\":\"initialize\",\"params\":{\"name\":\""
                    + name
                    + "\"}}")
                .getBytes(UTF_8));
    opened.exchange(initialize, Era.LEGACY, Duration.ofSeconds(5)).get(5, TimeUnit.SECONDS);
    opened.introduce(KnownServer.of(Era.LEGACY, Transport.STREAMABLE_HTTP));
  }

  @AfterEach
  void stop() {
    session.close();
    successor.close();
    http.close();
  }

  private void call() throws Exception {
    call.begin(session, Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 400})
  void anErrorUnderTheCallsOwnIdIsItsAnswerAndEndsNothingElse(int code) throws Exception {
    status = code;
    call();
    assertThat(call.response.get(5, TimeUnit.SECONDS).errorCode()).isEqualTo(-32600);
    // A second exchange is over after the end of the first has been heard.
    session
        .exchange(OwnRequests.of(Era.LEGACY, "ping", "{}"), Era.LEGACY, Duration.ofSeconds(5))
        .get(5, TimeUnit.SECONDS);
    assertThat(session.closed()).isNotDone();
    assertThat(calledIn).containsExactly("s1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"server-error\"", "null"})
  void a404UnderAnotherIdMeansThatTheSessionIsForgotten(String id) throws Exception {
    errorId = id;
    call();
    assertThat(call.response.get(5, TimeUnit.SECONDS).result()).isNotNull();
    assertThat(calledIn).containsExactly("s1", "s2");
    assertThat(session.isForgotten()).isTrue();
  }

  @Test
  void a400UnderAnotherIdIsTheAnswerWhenTheSessionStands() throws Exception {
    status = 400;
    errorId = "null";
    call();
    assertThat(call.response.get(5, TimeUnit.SECONDS).errorCode()).isEqualTo(-32600);
    assertThat(session.closed()).isNotDone();
  }

  /** It may have begun: it is not made again elsewhere. */
  @Test
  void aCallThatIsForbiddenCountsAsLost() throws Exception {
    status = 403;
    call();
    CallFailure why = call.failure.get(5, TimeUnit.SECONDS);
    assertThat(why.kind()).isEqualTo(CallFailure.Kind.LOST);
    assertThat(why.reason()).isEqualTo(FailureReason.NEEDS_AUTHENTICATION);
  }
}
