package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients' connections, byte by byte. */
class ClientWireTest {
  private static final int MAX_BODY = 100;

  /** What every answer has. */
  private static final String SAFE = "safe: yes\r\ncache-control: no-store\r\n";

  private static final String POST = "POST /mcp HTTP/1.1\r\nhost: h\r\n";
  private static final String SMALL = POST + "content-length: 2\r\n\r\nhi";

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<ClientExchange> served = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  /** A connection to a server whose gateway says what it was told. */
  private Socket connect() throws IOException {
    return connect(WireServer.start(vertx, ClientWireTest::echo));
  }

  /** A connection to a server whose exchanges are answered by the test. */
  private Socket connectByHand() throws IOException {
    return connect(WireServer.start(vertx, served::add));
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void echo(ClientExchange exchange) {
    exchange.body(
        MAX_BODY, body -> exchange.answer(200, body == null ? "too long".getBytes(UTF_8) : body));
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** All that comes up to {@code end}. */
  private static String until(Socket socket, String end) throws IOException {
    StringBuilder all = new StringBuilder();
    while (all.indexOf(end) < 0) {
      int next;
      try {
        next = socket.getInputStream().read();
      } catch (SocketTimeoutException e) {
        throw new IOException("nothing more after: " + all, e);
      }
      if (next < 0) {
        throw new IOException("closed after: " + all);
      }
      all.append((char) next);
    }
    return all.toString();
  }

  private static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
  }

  private ClientExchange next() throws InterruptedException {
    ClientExchange exchange = served.poll(10, TimeUnit.SECONDS);
    if (exchange == null) {
      throw new AssertionError("nothing is served");
    }
    return exchange;
  }

  private void onLoop(Runnable action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    vertx.runOnContext(_ -> {
      action.run();
      done.complete(null);
    });
    done.orTimeout(10, TimeUnit.SECONDS).join();
  }

  @Test
  void aBodyIsAnsweredOnAConnectionThatStays() throws Exception {
    try (Socket socket = connect()) {
      for (int i = 0; i < 3; i++) {
        send(socket, SMALL);
        assertThat(until(socket, "hi"))
            .isEqualTo("HTTP/1.1 200 OK\r\n" + SAFE + "content-length: 2\r\n\r\nhi");
      }
    }
  }

  @Test
  void requestsForBothSidesInOneSegmentAreAnsweredInTheirOrder() throws Exception {
    try (Socket socket = connect()) {
      String other = "GET /other HTTP/1.1\r\nhost: h\r\n\r\n";
      String last = POST + "content-length: 3\r\n\r\nend";
      send(socket, other + SMALL + other + other + SMALL + SMALL + other + last);
      List<String> bodies = new ArrayList<>();
      var each = Pattern.compile("(?s)\r\n\r\n(/other|hi|end)").matcher(until(socket, "end"));
      while (each.find()) {
        bodies.add(each.group(1));
      }
      assertThat(bodies)
          .containsExactly("/other", "hi", "/other", "/other", "hi", "hi", "/other", "end");
    }
  }

  @Test
  void aThousandRequestsAtOnceAreAllAnswered() throws Exception {
    try (Socket socket = connect()) {
      send(socket, SMALL.repeat(1_000) + POST + "content-length: 3\r\n\r\nend");
      assertThat(until(socket, "end").split("\r\n\r\nhi", -1)).hasSize(1_001);
    }
  }

  @Test
  void theNextRequestIsServedWhenTheLastIsAnswered() throws Exception {
    try (Socket socket = connectByHand()) {
      send(socket, SMALL + SMALL);
      ClientExchange first = next();
      assertThat(served).isEmpty();
      onLoop(() -> first.answer(200, "one".getBytes(UTF_8)));
      until(socket, "one");
      ClientExchange second = next();
      onLoop(() -> second.answer(200, "two".getBytes(UTF_8)));
      until(socket, "two");
    }
  }

  @Test
  void aBodyInChunksIsPutTogether() throws Exception {
    try (Socket socket = connect()) {
      send(socket, POST + "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
      send(socket, "2\r\nde\r\n0\r\n\r\n");
      assertThat(until(socket, "abcde")).contains("content-length: 5\r\n");
    }
  }

  @Test
  void aClientThatWaitsForLeaveToSendItsBodyGetsIt() throws Exception {
    try (Socket socket = connect()) {
      send(socket, POST + "expect: 100-continue\r\ncontent-length: 2\r\n\r\n");
      assertThat(until(socket, "\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      send(socket, "hi");
      until(socket, "\r\n\r\nhi");
    }
  }

  @Test
  void aBodyThatIsTooLongIsReadToItsEnd() throws Exception {
    try (Socket socket = connect()) {
      send(socket, POST + "content-length: 100000\r\n\r\n" + "x".repeat(100_000) + SMALL);
      assertThat(until(socket, "hi")).contains("too long");
    }
  }

  @Test
  void aBodyOfManyPartsIsPutTogether() throws Exception {
    String part = "1\r\nx\r\n";
    try (Socket socket = connect()) {
      send(socket, POST + "transfer-encoding: chunked\r\n\r\n");
      for (int i = 0; i < MAX_BODY; i++) {
        send(socket, part);
      }
      send(socket, "0\r\n\r\n");
      assertThat(until(socket, "x".repeat(MAX_BODY))).contains("content-length: " + MAX_BODY);
      send(socket, POST + "transfer-encoding: chunked\r\n\r\n");
      send(socket, part.repeat(MAX_BODY + 1) + "0\r\n\r\n");
      until(socket, "too long");
    }
  }

  @Test
  void aChunkThatIsNoneEndsTheConnection() throws Exception {
    try (Socket socket = connect()) {
      send(socket, POST + "transfer-encoding: chunked\r\n\r\nzz\r\n");
      assertThat(rest(socket)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /mcp HTTP/1.0\r\n", POST + "connection: close\r\n"})
  void theConnectionEndsWithTheAnswerWhereTheClientWantsThat(String head) throws Exception {
    try (Socket socket = connect()) {
      send(socket, head + "content-length: 2\r\n\r\nhi");
      assertThat(rest(socket)).contains("connection: close\r\n").endsWith("\r\n\r\nhi");
    }
  }

  @Test
  void whatFollowsTheLastRequestIsNotServed() throws Exception {
    try (Socket socket = connectByHand()) {
      send(socket, POST + "connection: close\r\ncontent-length: 2\r\n\r\nhi" + SMALL);
      ClientExchange first = next();
      onLoop(() -> first.answer(200, "one".getBytes(UTF_8)));
      assertThat(rest(socket)).endsWith("one");
      assertThat(served).isEmpty();
    }
  }

  @Test
  void norIsWhatFollowsTheLastRequestOfTheOtherSide() throws Exception {
    try (Socket socket = connectByHand()) {
      send(socket, "GET /other HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n" + SMALL);
      assertThat(rest(socket)).endsWith("/other");
      assertThat(served).isEmpty();
    }
  }

  @Test
  void whoDoesNotReadItsAnswersIsServedNoFurther() throws Exception {
    int requests = 200;
    AtomicBoolean full = new AtomicBoolean();
    byte[] large = new byte[1 << 20];
    int port =
        WireServer.start(
            vertx,
            exchange -> {
              full.compareAndSet(false, exchange.isFull());
              exchange.body(MAX_BODY, _ -> exchange.answer(200, large));
            });
    try (Socket socket = connect(port)) {
      send(socket, SMALL.repeat(requests - 1) + POST + "connection: close\r\n\r\n");
      long bytes = socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      assertThat(bytes).isGreaterThan((long) requests * large.length);
      assertThat(full).isFalse();
    }
  }

  @Test
  void aClientThatWouldRatherHaveHttp2IsServed() throws Exception {
    try (Socket socket = connect()) {
      String upgrade = "connection: upgrade, http2-settings\r\nupgrade: h2c\r\n";
      send(socket, POST + upgrade + "http2-settings: AAMAAABkAAQ\r\ncontent-length: 2\r\n\r\nhi");
      assertThat(until(socket, "hi")).startsWith("HTTP/1.1 200 OK");
    }
  }

  @Test
  void ofTheProtocolOnlyTheVersionsThatItHasAreServed() throws Exception {
    try (Socket socket = connectByHand()) {
      send(socket, "POST /mcp HTTP/1.5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
      assertThat(rest(socket)).contains(" 501 ");
      assertThat(served).isEmpty();
    }
  }

  @Test
  void anOldClientThatKeepsItsConnectionIsToldThatItMay() throws Exception {
    try (Socket socket = connect()) {
      String head = "POST /mcp HTTP/1.0\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nhi";
      send(socket, head);
      assertThat(until(socket, "hi")).contains("connection: keep-alive\r\n");
      send(socket, head);
      until(socket, "hi");
    }
  }

  @Test
  void aStreamComesInChunks() throws Exception {
    try (Socket socket = connectByHand()) {
      send(socket, SMALL);
      ClientExchange exchange = next();
      onLoop(() -> {
        exchange.header("content-type", "text/plain");
        exchange.begin(200);
        exchange.write("0123456789abcdef".getBytes(UTF_8));
        exchange.end("end".getBytes(UTF_8));
      });
      assertThat(until(socket, "0\r\n\r\n"))
          .isEqualTo(
              "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"
                  + SAFE
                  + "transfer-encoding: chunked\r\n\r\n"
                  + "10\r\n0123456789abcdef\r\n3\r\nend\r\n0\r\n\r\n");
      send(socket, SMALL);
      next();
    }
  }

  @Test
  void toAnOldClientAStreamEndsWithTheConnection() throws Exception {
    try (Socket socket = connectByHand()) {
      send(socket, "GET /mcp HTTP/1.0\r\nconnection: keep-alive\r\n\r\n");
      ClientExchange exchange = next();
      onLoop(() -> {
        exchange.begin(200);
        exchange.end("end".getBytes(UTF_8));
      });
      assertThat(rest(socket)).contains("connection: close\r\n").endsWith("\r\n\r\nend");
    }
  }

  @Test
  void aParameterWithABadPercentIsNotThere() throws Exception {
    try (Socket socket = connectByHand()) {
      send(socket, SMALL.replace("/mcp", "/mcp?good=a%20b&bad=%zz"));
      assertThat(next().parameter("bad")).isNull();
    }
    try (Socket socket = connectByHand()) {
      send(socket, SMALL.replace("/mcp", "/mcp?good=a%20b"));
      assertThat(next().parameter("good")).isEqualTo("a b");
    }
  }

  @Test
  void whoAsksForTheHeadGetsNoBody() throws Exception {
    try (Socket socket = connectByHand()) {
      send(socket, "HEAD /mcp HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n");
      ClientExchange exchange = next();
      onLoop(() -> exchange.answer(405, "no".getBytes(UTF_8)));
      assertThat(rest(socket)).endsWith("content-length: 2\r\n\r\n");
    }
  }

  @Test
  void aClientThatLeavesIsHeard() throws Exception {
    CompletableFuture<Void> gone = new CompletableFuture<>();
    try (Socket socket = connectByHand()) {
      send(socket, SMALL);
      ClientExchange exchange = next();
      onLoop(() -> exchange.onGone(() -> gone.complete(null)));
    }
    gone.get(10, TimeUnit.SECONDS);
  }

  @Test
  void oneThatCanNotBeServedEndsTheConnection() throws Exception {
    int port =
        WireServer.start(
            vertx,
            _ -> {
              throw new IllegalStateException("for this test");
            });
    try (Socket socket = connect(port)) {
      send(socket, SMALL);
      assertThat(rest(socket)).isEmpty();
    }
  }
}
