package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

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
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP+SSE servers, well-behaved and evil. */
class SseChannelTest implements MessageChannel.Listener {
  private static final int MAX_MESSAGE = 1000;
  private static final String REQUEST = "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"m\"}";
  private static final String NOTIFICATION = "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}";

  private final HttpFixture http = new HttpFixture(this::handle);
  private final SseChannel channel =
      new SseChannel(
          http.client(),
          http.target("/base/sse?tenant=a"),
          http.timers(),
          new TestSettings(Duration.ofSeconds(1), MAX_MESSAGE));

  private volatile int status = 200;
  private volatile int postStatus = 202;
  private volatile String first = "event: endpoint\ndata: /message?s=1\n\n";
  private volatile boolean holdPosts;
  private final CompletableFuture<HttpServerResponse> stream = new CompletableFuture<>();
  private final List<HttpServerRequest> posts = new CopyOnWriteArrayList<>();
  private final List<String> posted = new CopyOnWriteArrayList<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final List<String> undelivered = new CopyOnWriteArrayList<>();
  private final CompletableFuture<UpstreamException> closed = new CompletableFuture<>();

  private void handle(HttpServerRequest request) {
    assertThat(request.getHeader("x-token")).isEqualTo("s3cr3t");
    HttpServerResponse response = request.response().setStatusCode(status);
    if (request.method().equals(HttpMethod.GET)) {
      stream.complete(response.putHeader("content-type", "text/event-stream").setChunked(true));
      response.write(first);
      return;
    }
    request
        .body()
        .onSuccess(body -> {
          posts.add(request);
          posted.add(body.toString());
          if (!holdPosts) {
            response.setStatusCode(postStatus).end("Accepted");
          }
        });
  }

  @Override
  public Taken message(byte[] json) {
    heard.add(new String(json, UTF_8));
    return Taken.MESSAGE;
  }

  @Override
  public void undelivered(byte[] json, CallFailure.Kind kind, UpstreamException why) {
    undelivered.add(kind + " " + why.reason());
  }

  @Override
  public void closed(UpstreamException why, List<byte[]> unsent) {
    assertThat(closed.complete(why)).isTrue();
  }

  @AfterEach
  void stop() {
    channel.close();
    http.close();
  }

  private void write(String events) {
    HttpFixture.join(stream.join().write(events));
  }

  private boolean send(String json) {
    return channel.send(json.getBytes(UTF_8));
  }

  private UpstreamException refusal() {
    Throwable thrown = catchThrowable(() -> channel.connect(this));
    assertThat(thrown).isInstanceOf(UpstreamException.class);
    assertThat(send(NOTIFICATION)).isFalse();
    return (UpstreamException) thrown;
  }

  private UpstreamException end() throws Exception {
    return closed.get(5, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @CsvSource({
    "/message?s=1, /message?s=1",
    "message, /base/message",
    "?s=2, /base/sse?s=2",
    "http://127.0.0.1:PORT/m#part, /m"
  })
  void messagesGoToTheEndpointAndComeFromTheStream(String endpoint, String uri) throws Exception {
    first = "event: endpoint\ndata: " + endpoint.replace("PORT", "" + http.port()) + "\n\n";
    channel.connect(this);
    write("event: ping\ndata: x\n\nevent: message\ndata: {\"a\":1}\n\ndata: {\"b\":2}\n\n");
    assertThat(send(NOTIFICATION)).isTrue();
    await().until(() -> posted.contains(NOTIFICATION) && heard.size() == 2);
    assertThat(posts.getFirst().uri()).isEqualTo(uri);
    assertThat(heard).containsExactly("{\"a\":1}", "{\"b\":2}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example/message",
        "//evil.example/message",
        "https://127.0.0.1:PORT/message",
        "http://127.0.0.1:1/message",
        "http://user@127.0.0.1:PORT/message",
        "file:///etc/passwd",
        "mailto:a@b",
        "/\\evil.example/m",
        "no address"
      })
  void anEndpointElsewhereIsNotTaken(String endpoint) {
    first = "event: endpoint\ndata: " + endpoint.replace("PORT", "" + http.port()) + "\n\n";
    assertThat(refusal().reason()).isEqualTo(FailureReason.PROTOCOL);
    assertThat(posts).isEmpty();
  }

  @Test
  void aStreamWithoutAnEndpointIsGivenUpInTime() {
    first = ": nothing\n\n";
    assertThat(refusal().reason()).isEqualTo(FailureReason.TIMEOUT);
  }

  @Test
  void anEndlessEventIsNotKept() {
    first = "event: endpoint\ndata: " + "x".repeat(MAX_MESSAGE);
    assertThat(refusal().getMessage()).contains("longer than 1000 bytes");
  }

  @Test
  void aMessageThatIsTooLongEndsTheChannel() throws Exception {
    channel.connect(this);
    write("data: " + "x".repeat(MAX_MESSAGE) + "\n\n");
    assertThat(end().getMessage()).contains("longer than 1000 bytes");
    assertThat(heard).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"401, NEEDS_AUTHENTICATION", "403, NEEDS_AUTHENTICATION", "500, UNREACHABLE"})
  void theStatusOfTheStreamSaysWhatIsWrong(int code, FailureReason reason) {
    status = code;
    assertThat(refusal().reason()).isEqualTo(reason);
  }

  @Test
  void aPageIsAnotherTransport() {
    status = 404;
    assertThat(catchThrowable(() -> channel.connect(this)))
        .isInstanceOf(SseChannel.NoEventsException.class);
  }

  @Test
  void theEndOfTheStreamIsTheEndOfTheChannel() throws Exception {
    channel.connect(this);
    HttpFixture.join(stream.join().end());
    assertThat(end().reason()).isEqualTo(FailureReason.EXITED);
    assertThat(send(NOTIFICATION)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "400, UNAVAILABLE PROTOCOL, ",
    "500, LOST UNREACHABLE, ",
    "401, UNAVAILABLE NEEDS_AUTHENTICATION, NEEDS_AUTHENTICATION",
    "404, UNAVAILABLE EXITED, EXITED"
  })
  void aRefusedMessageIsReported(int code, String report, @Nullable FailureReason end)
      throws Exception {
    postStatus = code;
    channel.connect(this);
    assertThat(send(REQUEST.formatted(1))).isTrue();
    await().until(() -> !undelivered.isEmpty());
    assertThat(undelivered).containsExactly(report);
    if (end == null) {
      assertThat(send(REQUEST.formatted(2))).isTrue();
      assertThat(closed).isNotDone();
    } else {
      assertThat(end().reason()).isEqualTo(end);
    }
  }

  @Test
  void whatFollowsANotificationWaitsForItButNotForEver() throws Exception {
    holdPosts = true;
    channel.connect(this);
    send(REQUEST.formatted(1));
    send(REQUEST.formatted(2));
    await().until(() -> posted.size() == 2);
    long began = System.nanoTime();
    send(NOTIFICATION);
    send(REQUEST.formatted(3));
    posts.forEach(post -> post.response().setStatusCode(202).end());
    await().until(() -> posted.size() == 3);
    assertThat(posted.getLast()).isEqualTo(NOTIFICATION);
    await().until(() -> posted.size() == 4);
    assertThat(System.nanoTime() - began).isBetween(300_000_000L, 5_000_000_000L);
  }

  @Test
  void aServerThatTakesNothingFillsTheQueue() throws Exception {
    holdPosts = true;
    channel.connect(this);
    int sent = 0;
    while (sent < 2000 && send(REQUEST.formatted(sent))) {
      sent++;
    }
    assertThat(sent).isEqualTo(1024);
    assertThat(posts).hasSizeLessThanOrEqualTo(64);
  }
}
