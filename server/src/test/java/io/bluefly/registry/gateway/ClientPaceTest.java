package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that begin something and do not go on. */
class ClientPaceTest {
  private static final int PAUSE_MS = 60;
  private static final String POST = "POST %s HTTP/1.1\r\nhost: h\r\n";

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<ClientExchange> served = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  /** A connection to a server with that limit, which answers with what it is told. */
  private Socket connect(String limit, String value) throws IOException {
    return connect(
        limit,
        value,
        exchange ->
            exchange.body(1_000, body -> exchange.answer(200, body == null ? new byte[0] : body)));
  }

  private Socket connect(String limit, String value, Consumer<ClientExchange> gateway)
      throws IOException {
    int port = WireServer.start(vertx, TestLimits.of(Map.of(limit, value)), gateway);
    Socket socket = new Socket();
    socket.setReceiveBufferSize(64 << 10); // The kernel shall not read for the client.
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  private static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
  }

  private static String until(Socket socket, String end) throws IOException {
    StringBuilder all = new StringBuilder();
    while (all.indexOf(end) < 0) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        throw new IOException("closed after: " + all);
      }
      all.append((char) next);
    }
    return all.toString();
  }

  /** Sends piece after piece with a pause in between, until the server closes; what it said. */
  private static String drip(Socket socket, String piece) throws IOException {
    socket.setSoTimeout(PAUSE_MS);
    for (int i = 0; i < 200; i++) {
      try {
        send(socket, piece);
        int next = socket.getInputStream().read();
        socket.setSoTimeout(1_000);
        return next < 0 ? "" : (char) next + rest(socket);
      } catch (SocketException e) {
        return ""; // It was closed meanwhile.
      } catch (SocketTimeoutException e) {
        assertThat(e).isNotNull(); // The pause is over.
      }
    }
    throw new AssertionError("the server takes it for ever");
  }

  @Test
  void aConnectionOnWhichNothingIsEverAskedIsClosedWithoutAWord() throws Exception {
    try (Socket socket = connect("header-timeout", "200ms")) {
      assertThat(rest(socket)).isEmpty();
    }
  }

  @Test
  void emptyLinesAskForNothing() throws Exception {
    try (Socket socket = connect("header-timeout", "300ms")) {
      assertThat(drip(socket, "\r\n")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "X: y\r\n"})
  void aHeadThatDripsIsRefused(String piece) throws Exception {
    try (Socket socket = connect("header-timeout", "300ms")) {
      send(socket, "POST /mcp HTTP/1.1\r\n");
      assertThat(drip(socket, piece))
          .startsWith("HTTP/1.1 408 ")
          .contains("problem:too-slow", "limits.header-timeout", "safe: yes");
    }
  }

  @Test
  void theSecondHeadIsRefusedAsTheFirst() throws Exception {
    try (Socket socket = connect("header-timeout", "300ms")) {
      send(socket, POST.formatted("/mcp") + "content-length: 2\r\n\r\nhi");
      until(socket, "hi");
      send(socket, "POST /mcp");
      assertThat(rest(socket)).startsWith("HTTP/1.1 408 ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/mcp", "/other"})
  void aBodyThatStopsIsRefused(String path) throws Exception {
    try (Socket socket = connect("body-timeout", "300ms")) {
      send(socket, POST.formatted(path) + "content-length: 100\r\n\r\nbegin");
      assertThat(rest(socket)).startsWith("HTTP/1.1 408 ").contains("limits.body-timeout");
    }
  }

  @Test
  void aBodyThatDripsIsRefused() throws Exception {
    try (Socket socket = connect("body-timeout", "400ms")) {
      send(socket, POST.formatted("/mcp") + "content-length: 900\r\n\r\n");
      assertThat(drip(socket, "x")).startsWith("HTTP/1.1 408 ");
    }
  }

  @Test
  void aBodyThatGoesOnIsTakenHoweverLongItTakes() throws Exception {
    try (Socket socket = connect("body-timeout", "300ms")) {
      socket.setSoTimeout(PAUSE_MS);
      send(socket, POST.formatted("/mcp") + "content-length: 800\r\n\r\n");
      String last = "";
      for (int i = 0; i < 16; i++) { // A second in all.
        send(socket, "x".repeat(50));
        try {
          last = until(socket, "x");
        } catch (SocketTimeoutException e) {
          assertThat(i).isLessThan(15);
        }
      }
      assertThat(last).startsWith("HTTP/1.1 200 ");
    }
  }

  /** Its answer was sent before: another would be taken for that to the next request. */
  @Test
  void whoHasItsAnswerAndGoesOnTooSlowlyIsClosedWithoutAWord() throws Exception {
    try (Socket socket =
        connect("body-timeout", "300ms", exchange -> exchange.answer(413, new byte[0]))) {
      send(socket, POST.formatted("/mcp") + "content-length: 100\r\n\r\nbegin");
      until(socket, "\r\n\r\n");
      assertThat(rest(socket)).isEmpty();
    }
  }

  @Test
  void anIdleConnectionIsClosed() throws Exception {
    try (Socket socket = connect("idle-timeout", "200ms")) {
      send(socket, POST.formatted("/mcp") + "content-length: 2\r\n\r\nhi");
      until(socket, "hi");
      assertThat(rest(socket)).isEmpty();
    }
  }

  @Test
  void aStreamOnWhichNothingHappensIsNotIdle() throws Exception {
    try (Socket socket = connect("idle-timeout", "200ms", served::add)) {
      send(socket, POST.formatted("/mcp") + "content-length: 2\r\n\r\nhi");
      ClientExchange exchange = served.poll(10, TimeUnit.SECONDS);
      if (exchange == null) {
        throw new AssertionError("nothing is served");
      }
      vertx.runOnContext(_ -> exchange.begin(200));
      until(socket, "\r\n\r\n");
      socket.setSoTimeout(1_000);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      vertx.runOnContext(_ -> exchange.end("end".getBytes(UTF_8)));
      until(socket, "end");
    }
  }

  @Test
  void whoReadsNothingOfItsAnswerIsLeft() throws Exception {
    try (Socket socket = connect("unread-timeout", "400ms", served::add)) {
      send(socket, POST.formatted("/mcp") + "content-length: 2\r\n\r\nhi");
      ClientExchange exchange = served.poll(10, TimeUnit.SECONDS);
      if (exchange == null) {
        throw new AssertionError("nothing is served");
      }
      vertx.runOnContext(_ -> exchange.answer(200, new byte[100 << 20]));
      await().atMost(Duration.ofSeconds(10)).until(exchange::isClosed);
    }
  }

  @Test
  void whoReadsSlowlyGetsItsAnswer() throws Exception {
    try (Socket socket = connect("unread-timeout", "400ms", served::add)) {
      send(socket, POST.formatted("/mcp") + "content-length: 2\r\n\r\nhi");
      ClientExchange exchange = served.poll(10, TimeUnit.SECONDS);
      if (exchange == null) {
        throw new AssertionError("nothing is served");
      }
      int length = 16 << 20;
      vertx.runOnContext(_ -> exchange.answer(200, new byte[length]));
      until(socket, "\r\n\r\n");
      byte[] part = new byte[1 << 20];
      for (int left = length; left > 0; ) {
        int read = socket.getInputStream().readNBytes(part, 0, Math.min(left, part.length));
        assertThat(read).isPositive();
        left -= read;
        await().pollDelay(Duration.ofMillis(50)).until(() -> true);
      }
    }
  }
}
