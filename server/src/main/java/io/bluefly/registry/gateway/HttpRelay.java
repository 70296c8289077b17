package io.bluefly.registry.gateway;

import io.bluefly.registry.gateway.RelayedAnswer.BadAnswerException;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.McpHeaders;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.upstream.CallFailure;
import io.bluefly.registry.upstream.FailureReason;
import io.bluefly.registry.upstream.HttpSession;
import io.bluefly.registry.upstream.HttpTarget;
import io.bluefly.registry.upstream.UpstreamException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Passes a modern client's request on to a modern server over HTTP, byte for byte, as a transparent
 * proxy does. Only watches what comes back, to know the outcome; where the client shall bring
 * something back, to a pool, the server's messages are looked into one by one. Lives on one event
 * loop.
 */
final class HttpRelay {
  private static final int REDIRECTION = 300;
  private static final int CLIENT_ERROR = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final String MCP_NAME = "mcp-name";

  /**
   * Headers of one hop, and what is between the client and the registry alone (RFC 9110, 7.6.1).
   */
  private static final Set<String> NOT_TO_SERVER =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "host",
          "content-length",
          "accept-encoding",
          "expect",
          "authorization",
          "x-api-key",
          "cookie",
          "mcp-session-id",
          "origin",
          "referer");

  /** What a server says of its answer; all else is between it and the registry. */
  private static final List<String> TO_CLIENT =
      List.of("content-type", "cache-control", "retry-after", "vary", "x-accel-buffering");

  private final Vertx vertx;
  private final IdleConnections connections;
  private final Duration timeout;
  private final int maxAnswer;

  HttpRelay(Vertx vertx, GatewaySettings settings) {
    this.vertx = vertx;
    this.connections = new IdleConnections(vertx);
    this.timeout = settings.callTimeout();
    this.maxAnswer = settings.maxAnswer();
  }

  /**
   * Passes one exchange on.
   *
   * @param call the request to report on
   * @param endless whether the answer may stay open for ever
   * @param retry takes a call over that failed, where it may be made again
   */
  void forward(
      HttpServerRequest client,
      HttpSession session,
      Routed routed,
      ForwardedCall call,
      boolean endless,
      Retry retry) {
    new Exchange(client, session, routed, call, endless, retry).start();
  }

  private final class Exchange {
    private final HttpServerRequest client;
    private final HttpServerResponse reply;
    private final HttpSession session;
    private final HttpTarget target;
    private final Routed routed;
    private final ForwardedCall call;
    private final boolean endless;
    private final Retry retry;
    private @Nullable HttpClientConnection connection;
    private @Nullable HttpClientRequest request;
    private Runnable stopWatching = () -> {};
    private long timer = -1;
    private boolean streaming;
    private boolean over;

    Exchange(
        HttpServerRequest client,
        HttpSession session,
        Routed routed,
        ForwardedCall call,
        boolean endless,
        Retry retry) {
      this.client = client;
      this.reply = client.response();
      this.session = session;
      this.target = session.target();
      this.routed = routed;
      this.call = call;
      this.endless = endless;
      this.retry = retry;
    }

    void start() {
      Context context = vertx.getOrCreateContext();
      stopWatching = session.onClose(() -> context.runOnContext(_ -> serverGone()));
      reply.closeHandler(_ -> clientGone());
      reply.exceptionHandler(_ -> clientGone());
      armTimer();
      open().onSuccess(this::send).onFailure(this::notReached);
    }

    private Future<HttpClientRequest> open() {
      RequestOptions options =
          new RequestOptions().setMethod(HttpMethod.POST).setURI(target.path());
      HttpClientConnection kept = connections.poll(target);
      if (kept == null) {
        return openNew(options);
      }
      connection = kept;
      // Nothing was sent on a connection that can't begin a request: a new one may.
      return kept.request(options).recover(_ -> openNew(options));
    }

    private Future<HttpClientRequest> openNew(RequestOptions options) {
      return connections
          .connect(target)
          .compose(fresh -> {
            connection = fresh;
            return fresh.request(options);
          });
    }

    private void send(HttpClientRequest opened) {
      request = opened;
      if (over) {
        if (connection != null) {
          connection.close();
        }
        return;
      }
      copy(client.headers(), opened.headers(), NOT_TO_SERVER);
      target.headers().forEach(opened::putHeader);
      opened.response().onSuccess(this::receive).onFailure(e -> lost(e.getMessage()));
      String name = routed.request().target();
      if (name != null && routed.rewrites()) {
        opened.putHeader(MCP_NAME, McpHeaders.encode(name)); // It may have another one here.
      }
      opened.end(Buffer.buffer(routed.request().json())).onFailure(e -> lost(e.getMessage()));
    }

    private void receive(HttpClientResponse answer) {
      if (over) {
        return;
      }
      int status = answer.statusCode();
      if (status == UNAUTHORIZED || status == FORBIDDEN) {
        // The client's credentials are for the registry; it could do nothing with this challenge.
        reset();
        fail(
            CallFailure.Kind.UNAVAILABLE,
            "the server wants credentials (HTTP "
                + status
                + "); set endpoint.headers of the connection");
        return;
      }
      if (status >= REDIRECTION && status < CLIENT_ERROR) {
        lost("it answered with HTTP " + status + ", and redirections are not followed");
        return;
      }
      reply.setStatusCode(status);
      copyToClient(answer.headers());
      read(answer, RelayedAnswer.of(answer, routed, endless, maxAnswer));
    }

    private void copyToClient(MultiMap headers) {
      for (String name : TO_CLIENT) {
        String value = headers.get(name);
        if (value != null) {
          reply.putHeader(name, value);
        }
      }
    }

    private void read(HttpClientResponse answer, RelayedAnswer relayed) {
      if (relayed.streams()) {
        streaming = true;
        reply.setChunked(true);
        reply.writeHead();
      }
      if (endless && streaming) {
        complete(Outcome.OK); // A stream counts as answered when it begins.
        disarmTimer();
      }
      answer.exceptionHandler(e -> lost(e.getMessage()));
      reply.drainHandler(_ -> {
        answer.resume();
        armTimer();
      });
      answer.handler(chunk -> pass(answer, relayed, chunk));
      answer.endHandler(_ -> end(answer, relayed));
    }

    private void pass(HttpClientResponse answer, RelayedAnswer relayed, Buffer chunk) {
      if (over) {
        return;
      }
      armTimer();
      try {
        Buffer next = relayed.pass(chunk);
        if (next != null) {
          reply.write(next);
        }
      } catch (BadAnswerException e) {
        lost(e.getMessage());
        return;
      }
      if (reply.writeQueueFull()) {
        // It is the client's turn, and nothing that the server is to blame for.
        answer.pause();
        disarmTimer();
        timer = vertx.setTimer(timeout.toMillis(), _ -> clientTooSlow());
      }
    }

    private void end(HttpClientResponse answer, RelayedAnswer relayed) {
      if (over) {
        return;
      }
      Buffer last;
      try {
        last = relayed.end();
      } catch (BadAnswerException e) {
        lost(e.getMessage());
        return;
      }
      finished();
      disarmTimer();
      recycle(answer);
      complete(relayed.outcome());
      if (relayed.isServersFault() && !streaming && retry.take(CallFailure.Kind.LOST)) {
        return;
      }
      if (last == null) {
        reply.end();
      } else {
        reply.end(last);
      }
    }

    private void clientTooSlow() {
      clientGone();
      reply.reset();
    }

    private void complete(Outcome outcome) {
      call.complete(outcome);
    }

    private void notReached(Throwable why) {
      session.lose(
          new UpstreamException(
              FailureReason.UNREACHABLE, target + " can't be reached: " + why.getMessage()));
      fail(CallFailure.Kind.UNAVAILABLE, "the server can't be reached");
    }

    private void serverGone() {
      lost("the connection was ended by the registry");
    }

    private void lost(@Nullable String why) {
      reset();
      fail(CallFailure.Kind.LOST, "the server was lost, or its answer was none: " + why);
    }

    private void tookTooLong() {
      reset();
      fail(
          CallFailure.Kind.TIMEOUT,
          "the server did not answer within " + timeout.toMillis() + " ms");
    }

    private void fail(CallFailure.Kind kind, String message) {
      if (over) {
        return;
      }
      finished();
      disarmTimer();
      complete(Outcome.FAILED);
      if (!retry.take(kind)) {
        tell(new CallFailure(kind, FailureReason.PROTOCOL, message));
      }
    }

    private void tell(CallFailure failure) {
      byte[] error =
          RpcReply.error(
              call.request().idText(), SessionCall.code(failure), SessionCall.message(failure));
      if (streaming) {
        // An event that was cut off ends here; what follows is one of its own.
        reply.end(Buffer.buffer("\n\n").appendBuffer(HttpReply.frame(error)));
        return;
      }
      TO_CLIENT.forEach(reply.headers()::remove);
      reply
          .setStatusCode(SessionCall.status(failure))
          .putHeader("content-type", "application/json")
          .end(Buffer.buffer(error));
    }

    private void clientGone() {
      if (!over) {
        finished();
        disarmTimer();
        complete(Outcome.CANCELLED);
        reset();
      }
    }

    private void reset() {
      if (request != null) {
        request.reset();
      }
    }

    private void recycle(HttpClientResponse answer) {
      if (connection != null) {
        connections.keep(target, connection, answer);
      }
    }

    private void finished() {
      over = true;
      stopWatching.run();
    }

    private void armTimer() {
      disarmTimer();
      if (!endless || !streaming) {
        timer = vertx.setTimer(timeout.toMillis(), _ -> tookTooLong());
      }
    }

    private void disarmTimer() {
      if (timer >= 0) {
        vertx.cancelTimer(timer);
        timer = -1;
      }
    }
  }

  private static void copy(MultiMap from, MultiMap to, Set<String> except) {
    Set<String> ofThisHop = withNamed(from.get(HttpHeaders.CONNECTION), except);
    for (Map.Entry<String, String> header : from) {
      if (!ofThisHop.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        to.add(header.getKey(), header.getValue());
      }
    }
  }

  /** Names that {@code Connection} lists are of this hop, too; most clients list none. */
  private static Set<String> withNamed(@Nullable String connection, Set<String> except) {
    if (connection == null || connection.equalsIgnoreCase("keep-alive")) {
      return except;
    }
    Set<String> all = new HashSet<>(except);
    for (String name : connection.toLowerCase(Locale.ROOT).split(",", -1)) {
      all.add(name.strip());
    }
    return all;
  }
}
