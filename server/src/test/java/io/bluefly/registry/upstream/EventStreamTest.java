package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bluefly.registry.protocol.Era;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A stream whose credentials are not accepted any more when it is opened again. */
class EventStreamTest {
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicInteger fetches = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final HttpFixture http = new HttpFixture(this::handle);
  private final ClientTokens tokens =
      new ClientTokens(
          () -> new ClientTokens.Grant("t" + fetches.incrementAndGet(), Duration.ofHours(1)),
          Runnable::run,
          http.timers(),
          () -> nanos.addAndGet(Duration.ofMinutes(1).toNanos()));

  private final UpstreamSession.Listener hearing =
      new DeafListener() {
        @Override
        public void refused() {
          refusals.incrementAndGet();
        }
      };

  /** The first token is good once. */
  private void handle(HttpServerRequest request) {
    String token = String.valueOf(request.getHeader("authorization"));
    if (asked.contains(token) && !token.equals("Bearer t2")) {
      request.response().setStatusCode(401).end();
    } else {
      request
          .response()
          .putHeader("content-type", "text/event-stream")
          .end("id: 1\nretry: 10\ndata:\n\n");
    }
    asked.add(token);
  }

  private HttpSession listening(OwnHeaders headers) {
    HttpTarget target =
        new HttpTarget(
            new HttpOrigin("127.0.0.1", http.port(), false), "/mcp", headers, TestTargets.GUARD);
    HttpSession session = new HttpSession(http.client(), target, http.timers(), 1_000);
    session.introduce(KnownServer.of(Era.LEGACY, Transport.STREAMABLE_HTTP));
    session.listen(hearing);
    return session;
  }

  @AfterEach
  void stop() {
    tokens.close();
    http.close();
  }

  @Test
  void isOpenedWithAnotherTokenWhereThereIsOne() throws Exception {
    tokens.await();
    HttpSession session = listening(OwnHeaders.of(Map.of(), tokens));
    await().until(() -> asked.stream().filter("Bearer t2"::equals).count() > 1);
    assertThat(asked).startsWith("Bearer t1", "Bearer t1", "Bearer t2");
    assertThat(refusals).hasValue(0);
    session.close();
  }

  @Test
  void isSaidToBeRefusedWhereThereIsNone() {
    HttpSession session = listening(OwnHeaders.fixed(Map.of("authorization", "Bearer x")));
    await().until(() -> refusals.get() == 1);
    assertThat(asked).containsExactly("Bearer x", "Bearer x");
    session.close();
  }
}
