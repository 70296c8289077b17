package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.protocol.Era;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a legacy server asks on its own stream is lost unless somebody hears it by then. */
class ListeningTest {
  private final CompletableFuture<HttpServerRequest> asked = new CompletableFuture<>();
  private final HttpFixture http = new HttpFixture(asked::complete);
  private final HttpSession session =
      new HttpSession(http.client(), http.target("/mcp"), http.timers(), 1000);

  @BeforeEach
  void listen() {
    session.introduce(KnownServer.of(Era.LEGACY, Transport.STREAMABLE_HTTP));
    session.listen(new DeafListener());
  }

  @AfterEach
  void stop() {
    session.close();
    http.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 405})
  void aSessionListensOnceTheServerHasAnswered(int status) throws Exception {
    HttpServerRequest request = asked.get(5, TimeUnit.SECONDS);
    CompletableFuture<Void> listening = session.listening();
    assertThat(listening).isNotDone();
    request.response().setStatusCode(status).end();
    listening.get(5, TimeUnit.SECONDS);
  }

  @Test
  void aServerThatSaysNothingBeforeItsFirstEventIsNotWaitedForLong() throws Exception {
    asked.get(5, TimeUnit.SECONDS);
    session.listening().get(5, TimeUnit.SECONDS);
    assertThat(asked.join().response().ended()).isFalse();
  }
}
