package io.bluefly.registry.gateway;

import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.LineFramer.FrameTooLongException;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.McpHeaders;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
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
  private static final int MAX_WHOLE_BODY = 64 * 1024;
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
          "origin",
          "referer");

  private static final Set<String> NOT_TO_CLIENT =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "set-cookie");

  private final Vertx vertx;
  private final IdleConnections connections;
  private final Duration timeout;
  private final int maxMessage;
  private final int maxAnswer;

  HttpRelay(Vertx vertx, GatewaySettings settings) {
    this.vertx = vertx;
    this.connections = new IdleConnections(vertx);
    this.timeout = settings.callTimeout();
    this.maxMessage = settings.maxMessage();
    this.maxAnswer = settings.maxAnswer();
  }

  /**
   * Passes one exchange on.
   *
   * @param call the request to report on
   * @param endless whether the answer may stay open for ever
   * @param elsewhere what to do instead when the server can't be reached and has not seen the
   *     request; null: the client is told
   */
  void forward(
      HttpServerRequest client,
      HttpSession session,
      Routed routed,
      ForwardedCall call,
      boolean endless,
      @Nullable Runnable elsewhere) {
    new Exchange(client, session, routed, call, endless, elsewhere).start();
  }

  private final class Exchange {
    private final HttpServerRequest client;
    private final HttpServerResponse reply;
    private final HttpSession session;
    private final HttpTarget target;
    private final Routed routed;
    private final ForwardedCall call;
    private final boolean endless;
    private final @Nullable Runnable elsewhere;
    private @Nullable HttpClientConnection connection;
    private @Nullable HttpClientRequest request;
    private Runnable stopWatching = () -> {};
    private long timer = -1;
    private boolean over;

    Exchange(
        HttpServerRequest client,
        HttpSession session,
        Routed routed,
        ForwardedCall call,
        boolean endless,
        @Nullable Runnable elsewhere) {
      this.client = client;
      this.reply = client.response();
      this.session = session;
      this.target = session.target();
      this.routed = routed;
      this.call = call;
      this.endless = endless;
      this.elsewhere = elsewhere;
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
        fail(
            502,
            RpcCode.UPSTREAM_UNAVAILABLE,
            "the server wants credentials (HTTP "
                + status
                + "); set endpoint.headers of the connection");
        reset();
        return;
      }
      reply.setStatusCode(status);
      copy(answer.headers(), reply.headers(), NOT_TO_CLIENT);
      AnswerWatcher watcher = AnswerWatcher.of(answer, status, maxMessage);
      Long length = length(answer);
      boolean whole = length != null && length <= MAX_WHOLE_BODY;
      if (routed.rewrites()) {
        reply.headers().remove(HttpHeaders.CONTENT_LENGTH);
        rewrite(answer, watcher);
      } else if (whole) {
        answer
            .body()
            .onSuccess(body -> finish(answer, watcher, body, body))
            .onFailure(e -> lost(e.getMessage()));
      } else {
        stream(answer, watcher);
      }
    }

    private void rewrite(HttpClientResponse answer, AnswerWatcher watcher) {
      if (watcher instanceof AnswerWatcher.OfEvents) {
        stream(answer, watcher);
        return;
      }
      // A client's answer is bounded as its messages are; what is longer can't be looked into.
      Long length = length(answer);
      if (length != null && length > maxAnswer) {
        lost("its answer has more than " + maxAnswer + " bytes");
        return;
      }
      Buffer body = Buffer.buffer();
      answer.exceptionHandler(e -> lost(e.getMessage()));
      answer.handler(chunk -> {
        body.appendBuffer(chunk);
        if (body.length() > maxAnswer) {
          lost("its answer has more than " + maxAnswer + " bytes");
        }
      });
      answer.endHandler(_ -> finish(answer, watcher, body, rewritten(body)));
    }

    private Buffer rewritten(Buffer body) {
      try {
        RpcMessage message = RpcMessage.parse(body.getBytes());
        return Buffer.buffer(routed.back(message).json());
      } catch (MalformedMessageException e) {
        return body; // What is no message holds nothing to bring back.
      }
    }

    private void finish(
        HttpClientResponse answer, AnswerWatcher watcher, Buffer whole, Buffer sent) {
      if (over) {
        return;
      }
      finished();
      disarmTimer();
      recycle(answer);
      reply.end(sent);
      watcher.watch(whole);
      complete(watcher.outcome());
    }

    private void stream(HttpClientResponse answer, AnswerWatcher watcher) {
      if (length(answer) == null) {
        reply.setChunked(true);
      }
      answer.exceptionHandler(e -> lost(e.getMessage()));
      reply.drainHandler(_ -> answer.resume());
      EventRewriter events = routed.rewrites() ? new EventRewriter(routed::back, maxAnswer) : null;
      answer.handler(chunk -> {
        if (over) {
          return;
        }
        armTimer();
        watcher.watch(chunk);
        try {
          reply.write(events == null ? chunk : events.rewritten(chunk));
        } catch (FrameTooLongException e) {
          lost(e.getMessage());
          return;
        }
        if (reply.writeQueueFull()) {
          answer.pause();
        }
      });
      answer.endHandler(_ -> {
        if (!over) {
          finished();
          disarmTimer();
          recycle(answer);
          reply.end();
          complete(watcher.outcome());
        }
      });
      reply.writeHead();
      if (endless) {
        complete(Outcome.OK); // A stream counts as answered when it begins.
      }
    }

    private void complete(Outcome outcome) {
      call.complete(outcome);
    }

    private void notReached(Throwable why) {
      session.lose(
          new UpstreamException(
              FailureReason.UNREACHABLE, target + " can't be reached: " + why.getMessage()));
      if (elsewhere != null && !over) {
        finished();
        disarmTimer();
        complete(Outcome.FAILED);
        elsewhere.run();
        return;
      }
      fail(
          503,
          RpcCode.UPSTREAM_UNAVAILABLE,
          "the server can't be reached; the call did not reach it");
    }

    private void serverGone() {
      lost("the connection was ended by the registry");
    }

    private void lost(@Nullable String why) {
      fail(
          502,
          RpcCode.UPSTREAM_LOST,
          "the connection to the server broke (" + why + "); the call may have run");
      reset();
    }

    private void tookTooLong() {
      fail(
          504,
          RpcCode.UPSTREAM_TIMEOUT,
          "the server did not answer within " + timeout.toMillis() + " ms; the call may have run");
      reset();
    }

    private void fail(int status, int code, String message) {
      if (over) {
        return;
      }
      finished();
      disarmTimer();
      complete(Outcome.FAILED);
      if (reply.headWritten()) {
        reply.reset();
        return;
      }
      reply.headers().clear();
      reply
          .setStatusCode(status)
          .putHeader("content-type", "application/json")
          .end(Buffer.buffer(RpcReply.error(call.request().idText(), code, message)));
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
      if (!endless) {
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

  private static @Nullable Long length(HttpClientResponse answer) {
    String length = answer.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length == null ? null : Long.valueOf(length);
  }

  private static void copy(MultiMap from, MultiMap to, Set<String> except) {
    for (Map.Entry<String, String> header : from) {
      if (!except.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        to.add(header.getKey(), header.getValue());
      }
    }
  }
}
