package io.bluefly.registry.it;

import io.bluefly.registry.testkit.server.TestServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A server that lets nobody in without a token, in front of one that does, and what gives out the
 * tokens: to the client {@code registry} with the secret {@code s3cr3t-canary}.
 */
final class ProtectedServer implements AutoCloseable {
  private static final String BASIC = "Basic cmVnaXN0cnk6czNjcjN0LWNhbmFyeQ==";

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = vertx.createHttpClient();
  private final WebSocketClient sockets = vertx.createWebSocketClient();
  private final TestServer behind;
  private final HttpServer server;
  private final Set<String> good = ConcurrentHashMap.newKeySet();
  private final AtomicInteger issued = new AtomicInteger();
  private final List<String> refused = new CopyOnWriteArrayList<>();
  private volatile int expiresIn = 3600;
  private volatile boolean barred;

  ProtectedServer(TestServer behind) {
    this.behind = behind;
    this.server =
        join(
            vertx
                .createHttpServer(new HttpServerOptions().addWebSocketSubProtocol("mcp"))
                .requestHandler(this::handle)
                .webSocketHandshakeHandler(this::handshake)
                .webSocketHandler(this::pipe)
                .listen(0, "127.0.0.1"));
  }

  private static <T> T join(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  String origin() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  /** Where MCP is spoken with a token. */
  String url() {
    String scheme = behind.url().getScheme();
    return scheme + "://127.0.0.1:" + server.actualPort() + behind.url().getRawPath();
  }

  /** Tokens given out so far. */
  int issued() {
    return issued.get();
  }

  /** Requests that were not let in: what they came with. */
  List<String> refused() {
    return refused;
  }

  /** No token is good any more; new ones are. */
  void revoke() {
    good.clear();
  }

  /** No token is good, new ones neither. */
  void bar(boolean all) {
    barred = all;
  }

  /** How long new tokens live, in s. */
  void expireIn(int seconds) {
    expiresIn = seconds;
  }

  private void handle(HttpServerRequest request) {
    if ("/token".equals(request.path())) {
      issue(request);
    } else if (mayEnter(request.getHeader("authorization"))) {
      pass(request);
    } else {
      request
          .response()
          .setStatusCode(401)
          .putHeader("www-authenticate", "Bearer realm=\"realm-canary\"")
          .end();
    }
  }

  private boolean mayEnter(@Nullable String authorization) {
    boolean enters = !barred && authorization != null && good.contains(authorization);
    if (!enters) {
      refused.add(String.valueOf(authorization));
    }
    return enters;
  }

  private void issue(HttpServerRequest request) {
    if (!BASIC.equals(request.getHeader("authorization"))) {
      request.response().setStatusCode(401).end("{\"error\":\"invalid_client\"}");
      return;
    }
    String token = "token-canary-" + issued.incrementAndGet();
    good.add("Bearer " + token);
    request
        .response()
        .putHeader("content-type", "application/json")
        .end(
            "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%d}"
                .formatted(token, expiresIn));
  }

  private void pass(HttpServerRequest request) {
    request.pause();
    RequestOptions options =
        new RequestOptions()
            .setMethod(request.method())
            .setHost("127.0.0.1")
            .setPort(behind.port())
            .setURI(request.uri());
    request.headers().forEach(options::putHeader);
    options.putHeader("host", "127.0.0.1:" + behind.port());
    client
        .request(options)
        .compose(opened -> opened.send(request))
        .onSuccess(answer -> {
          HttpServerResponse response = request.response().setStatusCode(answer.statusCode());
          answer.headers().forEach(response::putHeader);
          answer.pipeTo(response);
        })
        .onFailure(_ -> request.response().setStatusCode(502).end());
  }

  private void handshake(ServerWebSocketHandshake handshake) {
    var _ =
        mayEnter(handshake.headers().get("authorization"))
            ? handshake.accept()
            : handshake.reject(401);
  }

  private void pipe(ServerWebSocket socket) {
    socket.pause();
    sockets
        .connect(
            new WebSocketConnectOptions()
                .setAbsoluteURI(behind.url().toString())
                .addSubProtocol("mcp"))
        .onSuccess(inner -> {
          socket.textMessageHandler(inner::writeTextMessage);
          inner.textMessageHandler(socket::writeTextMessage);
          inner.closeHandler(_ -> socket.close());
          socket.closeHandler(_ -> inner.close());
          socket.resume();
        });
  }

  /** What may not be seen in any output. */
  static List<String> canaries() {
    return List.of("s3cr3t-canary", "token-canary", "realm-canary", BASIC);
  }

  @Override
  public void close() {
    join(vertx.close());
    behind.close();
  }
}
