package io.bluefly.registry.upstream;

import static io.bluefly.registry.upstream.HttpFixture.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.security.AddressRules;
import io.bluefly.registry.security.EgressGuard;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetClient;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections go to the address that was checked, and nowhere that an answer points to. */
class GuardedConnectionsTest {
  private final AtomicInteger lookups = new AtomicInteger();
  private final List<String> hosts = new CopyOnWriteArrayList<>();
  private volatile int status = 200;
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server =
      join(
          vertx
              .createHttpServer(new HttpServerOptions().addWebSocketSubProtocol("mcp"))
              .requestHandler(this::handle)
              .webSocketHandshakeHandler(this::handshake)
              .webSocketHandler(_ -> {})
              .listen(0, "127.0.0.1"));

  /** The name server says the truth once, and then what would harm. */
  private final EgressGuard rebinding =
      new EgressGuard(
          new AddressRules(true, List.of()),
          _ ->
              List.of(
                  InetAddress.ofLiteral(
                      lookups.getAndIncrement() == 0 ? "127.0.0.1" : "169.254.169.254")),
          Duration.ofSeconds(20));

  private void handle(HttpServerRequest request) {
    hosts.add(request.getHeader("host"));
    request
        .response()
        .setStatusCode(status)
        .putHeader("location", "http://169.254.169.254/latest/meta-data")
        .putHeader("content-type", "application/json")
        .end("{}");
  }

  private void handshake(io.vertx.core.http.ServerWebSocketHandshake handshake) {
    hosts.add(handshake.headers().get("host"));
    assertThat(handshake.headers().get("x-a")).isEqualTo("b");
    var _ = status == 200 ? handshake.accept() : handshake.reject(status);
  }

  @AfterEach
  void stop() {
    join(vertx.close());
  }

  private HttpTarget target() {
    HttpOrigin origin = new HttpOrigin("rebinding.example", server.actualPort(), false);
    return new HttpTarget(origin, "/mcp", OwnHeaders.fixed(Map.of()), rebinding);
  }

  private HttpExchange.Handler heard(CompletableFuture<String> end) {
    return new HttpExchange.Handler() {
      private int code;

      @Override
      public void begin(int begun, boolean events, @org.jspecify.annotations.Nullable String id) {
        code = begun;
      }

      @Override
      public void message(byte[] json) {}

      @Override
      public void end() {
        end.complete("HTTP " + code);
      }

      @Override
      public void failed(boolean sent, Throwable why) {
        end.complete(String.valueOf(why.getMessage()));
      }
    };
  }

  /** One exchange after the other, on an event loop or by a client. */
  private String exchange(boolean onLoop) throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    var client = vertx.createHttpClient();
    Runnable start =
        () -> HttpExchange.start(client, target(), Map.of(), new byte[] {'{'}, 100, heard(end));
    if (onLoop) {
      loop.runOnContext(_ -> start.run());
    } else {
      start.run();
    }
    return end.get(20, TimeUnit.SECONDS);
  }

  private final io.vertx.core.Context loop = vertx.getOrCreateContext();

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aNameIsLookedUpOnceForAConnectionAndKeptAsHost(boolean onLoop) throws Exception {
    assertThat(exchange(onLoop)).isEqualTo("HTTP 200");
    assertThat(lookups).hasValue(1);
    assertThat(hosts).containsExactly("rebinding.example:" + server.actualPort());
  }

  @Test
  void aConnectionThatIsKeptIsNotLookedUpAgain() throws Exception {
    assertThat(exchange(true)).isEqualTo("HTTP 200");
    assertThat(exchange(true)).isEqualTo("HTTP 200");
    assertThat(lookups).hasValue(1);
  }

  @Test
  void anotherConnectionIsAnotherLookup() throws Exception {
    assertThat(exchange(false)).isEqualTo("HTTP 200");
    assertThat(exchange(false)).contains("rebinding.example may never be reached");
    assertThat(hosts).hasSize(1);
  }

  private WebSocketChannel socket() throws UpstreamException {
    URI url = URI.create("ws://rebinding.example:" + server.actualPort() + "/mcp");
    HttpTarget target = HttpTarget.of(url, OwnHeaders.fixed(Map.of("x-a", "b")), rebinding);
    NetClient client = vertx.createNetClient(HttpWires.options());
    return WebSocketChannel.open(client, url, target, 1_000);
  }

  @Test
  void soItIsWithWebSockets() throws Exception {
    socket().close();
    assertThat(lookups).hasValue(1);
    assertThat(hosts).containsExactly("rebinding.example:" + server.actualPort());
    assertThatThrownBy(() -> socket())
        .hasMessageContaining("rebinding.example may never be reached")
        .extracting(e -> ((UpstreamException) e).reason())
        .isEqualTo(FailureReason.CONFIGURATION);
    assertThat(hosts).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "401, NEEDS_AUTHENTICATION, set endpoint.headers or endpoint.auth",
    "403, NEEDS_AUTHENTICATION, set endpoint.headers or endpoint.auth",
    "302, PROTOCOL, redirections are not followed"
  })
  void anUpgradeThatIsRefusedSaysWhy(int code, FailureReason reason, String message) {
    status = code;
    assertThatThrownBy(() -> socket())
        .hasMessageContaining(message)
        .extracting(e -> ((UpstreamException) e).reason())
        .isEqualTo(reason);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void aRedirectionIsNotFollowedAndSaidToBeNone(int code) {
    status = code;
    var timers = new io.netty.util.HashedWheelTimer();
    HttpSession session = new HttpSession(vertx.createHttpClient(), target(), timers, 1_000);
    Handshake handshake =
        new Handshake(new TestSettings(Duration.ofSeconds(20), 1_000), InstantSource.system());
    assertThatThrownBy(() -> handshake.greet(session))
        .hasMessageContaining("HTTP " + code + ", and redirections are not followed")
        .hasMessageNotContaining("meta-data")
        .extracting(e -> ((UpstreamException) e).reason())
        .isEqualTo(FailureReason.PROTOCOL);
    assertThat(hosts).hasSize(1);
    assertThat(lookups).hasValue(1);
    timers.stop();
  }

  @Test
  void whatIsRefusedIsToldAsAMatterOfConfiguration() {
    lookups.set(1);
    var timers = new io.netty.util.HashedWheelTimer();
    HttpSession session = new HttpSession(vertx.createHttpClient(), target(), timers, 1_000);
    assertThatThrownBy(() ->
            session.exchange(OwnRequests.initialize(), Era.LEGACY, Duration.ofSeconds(20)).get())
        .cause()
        .hasMessageContaining("may never be reached")
        .extracting(e -> ((UpstreamException) e).reason())
        .isEqualTo(FailureReason.CONFIGURATION);
    timers.stop();
  }
}
