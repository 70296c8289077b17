package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams of legacy servers that break off and are taken up again (SEP-1699). */
class ResumptionTest {
  private static final String PRIMING = "id: 1\nretry: 300\ndata: \n\n";
  private static final String ANSWER =
      "id: 9\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n";

  /** A GET and when it came. */
  private record Resumed(String lastEventId, long nanos) {}

  private final HttpFixture http = new HttpFixture(this::handle);
  private final HttpSession session =
      new HttpSession(http.client(), http.target("/mcp"), http.timers(), 1000);
  private final List<Resumed> gets = new CopyOnWriteArrayList<>();
  private final AwaitedCall call = new AwaitedCall();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private volatile String onPost = PRIMING;
  private volatile List<String> onGets = List.of(ANSWER);
  private volatile int getStatus = 200;
  private volatile boolean breaks;
  private volatile boolean staysOpen;
  private final CompletableFuture<@Nullable Void> left = new CompletableFuture<>();
  private volatile long ended;

  private void handle(HttpServerRequest request) {
    HttpServerResponse reply = request.response().putHeader("content-type", "text/event-stream");
    if (request.method().equals(HttpMethod.GET)) {
      int count = gets.size();
      gets.add(new Resumed(String.valueOf(request.getHeader("last-event-id")), System.nanoTime()));
      String events = onGets.get(Math.min(count, onGets.size() - 1));
      if (staysOpen) {
        reply.closeHandler(_ -> left.complete(null)).setChunked(true).write(events);
      } else {
        reply.setStatusCode(getStatus).end(events);
      }
      return;
    }
    reply.setChunked(true);
    reply
        .write(Buffer.buffer(onPost))
        .onSuccess(_ -> {
          ended = System.nanoTime();
          if (breaks) {
            request.connection().close();
          } else {
            reply.end();
          }
        });
  }

  @AfterEach
  void stop() {
    session.close();
    http.close();
  }

  private void speak(Era era) {
    session.introduce(KnownServer.of(era, Transport.STREAMABLE_HTTP));
  }

  private void call(Duration timeout) throws Exception {
    call.begin(session, timeout);
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void anAnswerThatBreaksOffIsTakenUpAfterThePauseTheServerAskedFor(boolean broken)
      throws Exception {
    breaks = broken;
    speak(Era.LEGACY);
    call(Duration.ofSeconds(10));
    assertThat(call.response.get(5, TimeUnit.SECONDS).idText()).isEqualTo("\"a\"");
    assertThat(gets).extracting(Resumed::lastEventId).containsExactly("1");
    assertThat(gets.getFirst().nanos() - ended).isBetween(290_000_000L, 3_000_000_000L);
  }

  @Test
  void itIsTakenUpAsOftenAsItBreaksOff() throws Exception {
    String progress =
        "id: 2\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}\n\n";
    onPost = "retry: 1\nid: 1\ndata:\n\n";
    onGets = List.of(": nothing yet\n\n", progress, ": nothing more\n\n", ANSWER);
    speak(Era.LEGACY);
    call(Duration.ofSeconds(10));
    call.response.get(5, TimeUnit.SECONDS);
    assertThat(gets).extracting(Resumed::lastEventId).containsExactly("1", "1", "2", "2");
    assertThat(call.messages).hasSize(1);
  }

  @Test
  void aStreamThatStaysOpenAfterTheAnswerIsLeft() throws Exception {
    staysOpen = true;
    speak(Era.LEGACY);
    call(Duration.ofSeconds(10));
    call.response.get(5, TimeUnit.SECONDS);
    left.get(5, TimeUnit.SECONDS);
  }

  @Test
  void theDeadlineOfTheCallStands() throws Exception {
    onGets = List.of(": nothing yet\n\n");
    speak(Era.LEGACY);
    call(Duration.ofSeconds(1));
    assertThat(call.failure.get(5, TimeUnit.SECONDS).kind()).isEqualTo(CallFailure.Kind.TIMEOUT);
  }

  @ParameterizedTest
  @CsvSource({"400", "404", "405", "500"})
  void aServerThatDoesNotTakeItUpHasLostTheCall(int status) throws Exception {
    getStatus = status;
    onGets = List.of("");
    speak(Era.LEGACY);
    call(Duration.ofSeconds(10));
    assertThat(call.failure.get(5, TimeUnit.SECONDS).kind()).isEqualTo(CallFailure.Kind.LOST);
    assertThat(gets).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"MODERN, true", "LEGACY, false"})
  void withoutIdsAndInTheModernEraNothingIsTakenUp(Era era, boolean ids) throws Exception {
    onPost = ids ? PRIMING : ": hello\n\n";
    speak(era);
    call(Duration.ofSeconds(10));
    assertThat(call.failure.get(5, TimeUnit.SECONDS).kind()).isEqualTo(CallFailure.Kind.LOST);
    assertThat(gets).isEmpty();
  }

  @Test
  void theStandingStreamGoesOnWhereItBrokeOff() {
    onGets =
        List.of(
            "retry: 200\nid: 7\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n\n",
            "id: 8\ndata:\n\n");
    speak(Era.LEGACY);
    session.listen(
        new DeafListener() {
          @Override
          public void notification(RpcMessage message) {
            heard.add(message.method());
          }
        });
    await().until(() -> gets.size() >= 3);
    assertThat(gets).extracting(Resumed::lastEventId).startsWith("null", "7", "8");
    assertThat(gets.get(1).nanos() - gets.get(0).nanos()).isBetween(190_000_000L, 900_000_000L);
    assertThat(heard).containsExactly("n");
  }
}
