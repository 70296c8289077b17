package io.bluefly.registry.upstream;

import static io.bluefly.registry.upstream.HttpFixture.join;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that answer an upgrade to a WebSocket badly, or never. */
class WebSocketUpgradeTest {
  private final Vertx vertx = Vertx.vertx();
  private ServerSocket server;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    server.setSoTimeout(20_000);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    join(vertx.close());
  }

  private WebSocketChannel open(Duration patience) throws UpstreamException {
    URI url = URI.create("ws://127.0.0.1:" + server.getLocalPort() + "/mcp");
    HttpTarget target = HttpTarget.of(url, OwnHeaders.fixed(Map.of()), TestTargets.GUARD);
    return WebSocketChannel.open(
        vertx.createNetClient(HttpWires.options()), url, target, 1_000, patience);
  }

  /** Reads until the other side closes. */
  private static boolean ends(Socket accepted) throws IOException {
    accepted.setSoTimeout(5_000);
    InputStream in = accepted.getInputStream();
    while (in.read() >= 0) {} // What was asked is of no account.
    return true;
  }

  @Test
  void anUpgradeThatIsNeverAnsweredLeavesNoConnection() throws Exception {
    assertThatThrownBy(() -> open(Duration.ofMillis(300)))
        .extracting(e -> ((UpstreamException) e).reason())
        .isEqualTo(FailureReason.TIMEOUT);
    try (Socket accepted = server.accept()) {
      assertThat(ends(accepted)).isTrue();
    }
  }

  @Test
  void whoIsInterruptedLeavesNoneEither() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread opening =
        Thread.ofPlatform()
            .start(() -> {
              try {
                open(Duration.ofSeconds(60));
              } catch (UpstreamException e) {
                failure.complete(e);
              }
            });
    try (Socket accepted = server.accept()) {
      opening.interrupt();
      assertThat(failure.get(5, TimeUnit.SECONDS)).hasMessageContaining("stopping");
      assertThat(ends(accepted)).isTrue();
    }
  }

  private UpstreamException answered(String head) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (Socket accepted = server.accept()) {
            var _ = accepted.getInputStream().read(); // It has been asked.
            accepted.getOutputStream().write(head.getBytes(US_ASCII));
            var _ = ends(accepted);
          } catch (IOException e) {
            // The test sees what came of it.
          }
        });
    return catchThrowableOfType(UpstreamException.class, () -> open(Duration.ofSeconds(10)));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void aRefusalCountsHoweverLongItIs(int status) {
    String head = "HTTP/1.1 " + status + " No\r\nContent-Length: 1000000\r\n";
    assertThat(answered(head + "\r\n" + "x".repeat(100_000)).reason())
        .isEqualTo(FailureReason.NEEDS_AUTHENTICATION);
    assertThat(answered(head + "X: " + "x".repeat(20_000) + "\r\n\r\n").reason())
        .isEqualTo(FailureReason.NEEDS_AUTHENTICATION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 101 s3cret\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3cret\r\n\r\n",
        "HTTP/1.1 200 OK\r\ns3cret\001: x\r\n\r\n",
        "s3cret s3cret s3cret\r\n\r\n"
      })
  void whatTheServerWroteIsNotTold(String head) {
    UpstreamException why = answered(head);
    assertThat(why.getMessage()).doesNotContain("s3cret");
    assertThat(why.reason()).isEqualTo(FailureReason.PROTOCOL);
  }
}
