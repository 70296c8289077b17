package io.bluefly.registry.upstream;

import static io.bluefly.registry.upstream.HttpFixture.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.upstream.HttpTiming.Part;
import io.netty.util.HashedWheelTimer;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PfxOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of the registry's own requests over HTTP. */
class HttpTimingTest {
  private static final long PAUSE_MS = 60;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Vertx vertx = Vertx.vertx();
  private final HashedWheelTimer timers = new HashedWheelTimer();
  private final LastExchange last = new LastExchange(InstantSource.fixed(NOW));

  @AfterEach
  void close() {
    timers.stop();
    join(vertx.close());
  }

  /** Says nothing for a while, then the head, then nothing for as long. */
  private void answer(HttpServerRequest request) {
    var response = request.response().putHeader("content-type", "application/json");
    vertx.setTimer(
        PAUSE_MS,
        _ -> {
          response.setChunked(true).write("{\"jsonrpc\":\"2.0\",\"id\":1,");
          vertx.setTimer(PAUSE_MS, _ -> response.end("\"result\":{}}"));
        });
  }

  private HttpSession session(int port, HttpClientOptions client) {
    HttpOrigin origin = new HttpOrigin("localhost", port, client.isSsl());
    var http = vertx.createHttpClient(client);
    HttpTarget target = TestTargets.of(origin, "/mcp", Map.of());
    HttpSession session = new HttpSession(http, http, target, timers, 1_000, last);
    session.introduce(KnownServer.of(Era.LEGACY, Transport.STREAMABLE_HTTP));
    return session;
  }

  private int serve(HttpServerOptions options, Handler<HttpServerRequest> handler) {
    return join(vertx.createHttpServer(options).requestHandler(handler).listen(0, "127.0.0.1"))
        .actualPort();
  }

  private HttpTiming timing(HttpServerOptions options, HttpClientOptions client) throws Exception {
    int port = serve(options, this::answer);
    HttpSession session = session(port, client);
    assertThat(last.timing()).isEmpty();
    session.request("ping", "{}", Duration.ofSeconds(10)).get(10, TimeUnit.SECONDS);
    HttpTiming timing = last.timing().orElseThrow();
    assertThat(timing.address()).isEqualTo("127.0.0.1:" + port);
    assertThat(timing.at()).isEqualTo(NOW);
    assertThat(timing.failed()).isNull();
    return timing;
  }

  /** What is known of a request without an answer, as soon as that is told. */
  private HttpTiming failed(HttpSession session, Duration timeout) {
    var failure = session.request("ping", "{}", timeout).handle((_, _) -> last.timing());
    HttpTiming timing = failure.orTimeout(20, TimeUnit.SECONDS).join().orElseThrow();
    assertThat(timing.at()).isEqualTo(NOW);
    return timing;
  }

  private static void assertFailed(HttpTiming timing, Part phase, String why) {
    HttpTiming.Failed failed = Objects.requireNonNull(timing.failed());
    assertThat(failed.phase()).isEqualTo(phase);
    assertThat(failed.message()).contains(why);
    assertThat(failed.millis()).isNotNegative();
  }

  @Test
  void aPortThatRefusesFailsToConnect() throws Exception {
    HttpSession session = session(RegistryProcess.freePort(), new HttpClientOptions());
    HttpTiming timing = failed(session, Duration.ofSeconds(10));
    assertFailed(timing, Part.CONNECT, "Connection refused");
    assertThat(timing.connect()).isNull();
    assertThat(timing.address()).isNull();
  }

  @Test
  void aPortThatAcceptsAndStaysSilentIsConnectedAndFailsToAnswer() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      HttpSession session = session(silent.getLocalPort(), new HttpClientOptions());
      HttpTiming timing = failed(session, Duration.ofSeconds(3));
      assertFailed(timing, Part.FIRST_BYTE, "did not answer within 3000 ms");
      assertThat(timing.address()).isEqualTo("127.0.0.1:" + silent.getLocalPort());
      assertThat(timing.connect()).isNotNull();
      assertThat(timing.firstByte()).isNull();
      assertThat(timing.receive()).isNull();
    }
  }

  @Test
  void anAnswerThatBreaksOffFailsToBeReceived() {
    int port =
        serve(
            new HttpServerOptions(),
            request -> {
              var begun = request.response().putHeader("content-type", "application/json");
              begun.setChunked(true).write("{").onSuccess(_ -> request.connection().close());
            });
    HttpTiming timing = failed(session(port, new HttpClientOptions()), Duration.ofSeconds(10));
    assertFailed(timing, Part.RECEIVE, "closed");
    assertThat(timing.connect()).isNotNull();
    assertThat(timing.firstByte()).isNotNull();
    assertThat(timing.receive()).isNull();
  }

  @Test
  void aCertificateThatIsNotTrustedFailsToConnect(@TempDir Path folder) throws Exception {
    PfxOptions own = TestStore.of(folder, "dns:localhost");
    int port = serve(new HttpServerOptions().setSsl(true).setKeyCertOptions(own), this::answer);
    HttpSession session = session(port, new HttpClientOptions().setSsl(true));
    HttpTiming timing = failed(session, Duration.ofSeconds(10));
    assertFailed(timing, Part.CONNECT, "SSL");
    assertThat(timing.tls()).isNull();
  }

  @Test
  void aGreetingWithoutAnAnswerIsToldToo() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      HttpSession session = session(silent.getLocalPort(), new HttpClientOptions());
      var answer = session.exchange(OwnRequests.initialize(), Era.LEGACY, Duration.ofSeconds(3));
      HttpTiming timing = answer.handle((_, _) -> last.timing()).join().orElseThrow();
      assertFailed(timing, Part.FIRST_BYTE, "did not answer within 3000 ms");
    }
  }

  @Test
  void eachPhaseHasATimeOfItsOwn() throws Exception {
    HttpTiming timing = timing(new HttpServerOptions(), new HttpClientOptions());
    assertThat(timing.tls()).isNull();
    assertThat(timing.firstByte()).isGreaterThanOrEqualTo(PAUSE_MS - 1);
    assertThat(timing.receive()).isGreaterThanOrEqualTo(PAUSE_MS - 1);
  }

  @Test
  void aSecuredConnectionTellsWhoTheServerIsAndForHowLong(@TempDir Path folder) throws Exception {
    PfxOptions own = TestStore.of(folder, "dns:localhost");
    HttpTiming timing =
        timing(
            new HttpServerOptions().setSsl(true).setKeyCertOptions(own),
            new HttpClientOptions().setSsl(true).setTrustOptions(own));
    HttpTiming.Tls tls = timing.tls();
    Objects.requireNonNull(tls);
    assertThat(tls.protocol()).startsWith("TLSv1.");
    assertThat(tls.cipher()).startsWith("TLS_");
    assertThat(tls.subject()).isEqualTo("CN=server");
    assertThat(tls.expiresAt()).isAfter(Instant.now());
  }
}
