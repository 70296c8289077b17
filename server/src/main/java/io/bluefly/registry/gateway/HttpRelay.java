package io.bluefly.registry.gateway;

import io.bluefly.registry.gateway.RelayedAnswer.BadAnswerException;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.upstream.CallFailure;
import io.bluefly.registry.upstream.FailureReason;
import io.bluefly.registry.upstream.HttpHead;
import io.bluefly.registry.upstream.HttpSession;
import io.bluefly.registry.upstream.HttpTarget;
import io.bluefly.registry.upstream.HttpWire;
import io.bluefly.registry.upstream.HttpWires;
import io.bluefly.registry.upstream.UpstreamException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AsciiString;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Passes a modern client's request on to a modern server over HTTP, byte for byte, as a transparent
 * proxy does. Only watches what comes back, to know the outcome; where the client shall bring
 * something back, to a pool, the server's messages are looked into one by one. Lives on one event
 * loop.
 */
final class HttpRelay {
  private static final int FIRST_OK = 200;
  private static final int NO_CONTENT = 204;
  private static final int RESET_CONTENT = 205;
  private static final int REDIRECTION = 300;
  private static final int CLIENT_ERROR = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  /** What a server says of its answer; all else is between it and the registry. */
  private static final List<AsciiString> TO_CLIENT =
      List.of(
          HttpHeaderNames.CONTENT_TYPE,
          HttpHeaderNames.CACHE_CONTROL,
          HttpHeaderNames.RETRY_AFTER,
          HttpHeaderNames.VARY,
          AsciiString.cached("x-accel-buffering"));

  private final Vertx vertx;
  private final Duration timeout;
  private final Timeouts timeouts;
  private final int maxAnswer;
  private final HttpWires wires;

  HttpRelay(Vertx vertx, GatewaySettings settings) {
    this.vertx = vertx;
    this.timeout = settings.callTimeout();
    this.timeouts = new Timeouts(vertx, timeout);
    this.maxAnswer = settings.maxAnswer();
    this.wires = HttpWires.ofThisLoop(vertx);
  }

  /**
   * Passes one exchange on.
   *
   * @param fallback written past while this goes well; takes over what does not
   * @param call the request to report on
   * @param endless whether the answer may stay open for ever
   * @param retry takes a call over that failed, where it may be made again
   */
  void forward(
      ClientExchange client,
      ClientReply fallback,
      HttpSession session,
      Routed routed,
      ForwardedCall call,
      boolean endless,
      Retry retry) {
    new Exchange(client, fallback, session, routed, call, endless, retry).start();
  }

  private final class Exchange implements HttpWire.Listener {
    private final ClientExchange client;
    private final ClientReply fallback;
    private final HttpSession session;
    private final HttpTarget target;
    private final Routed routed;
    private final ForwardedCall call;
    private final boolean endless;
    private final Retry retry;
    private final ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
    private final Timeouts.Timeout serverTime = timeouts.of(this::tookTooLong);
    private final Timeouts.Timeout clientTime = timeouts.of(this::clientTooSlow);
    private @Nullable HttpWire wire;
    private @Nullable HttpHead head;
    private @Nullable RelayedAnswer relayed;
    private Runnable stopWatching = () -> {};
    private boolean streaming;
    private boolean over;

    /** The registry's own headers that it was last sent with. */
    private Map<String, String> credentials = Map.of();

    /** Whether it has been sent with other credentials already. */
    private boolean renewed;

    Exchange(
        ClientExchange client,
        ClientReply fallback,
        HttpSession session,
        Routed routed,
        ForwardedCall call,
        boolean endless,
        Retry retry) {
      this.client = client;
      this.fallback = fallback;
      this.session = session;
      this.target = session.target();
      this.routed = routed;
      this.call = call;
      this.endless = endless;
      this.retry = retry;
    }

    void start() {
      stopWatching = session.onClose(() -> context.runOnContext(_ -> serverGone()));
      client.onGone(this::clientGone);
      serverTime.start();
      connect();
    }

    private void connect() {
      HttpWire kept = wires.poll(target);
      if (kept != null) {
        send(kept);
      } else {
        wires.connect(target).onSuccess(this::send).onFailure(this::notReached);
      }
    }

    private void send(HttpWire opened) {
      if (over) {
        opened.abandon();
        return;
      }
      credentials = target.headers();
      boolean sent =
          opened.send(
              RelayedRequest.of(client, target, routed), routed.request().json(), context, this);
      if (sent) {
        wire = opened;
      } else {
        notReached(new IOException("the connection was closed by the server"));
      }
    }

    @Override
    public void head(HttpHead answer) {
      int status = answer.status();
      if (status == UNAUTHORIZED && !renewed) {
        renew();
        return;
      }
      if (status == UNAUTHORIZED || status == FORBIDDEN) {
        wantsCredentials(status);
        return;
      }
      if (status >= REDIRECTION && status < CLIENT_ERROR) {
        lost("it answered with HTTP " + status + ", and redirections are not followed");
        return;
      }
      if (status < FIRST_OK || status == NO_CONTENT || status == RESET_CONTENT) {
        lost("it answered with HTTP " + status + ", which comes without a message");
        return;
      }
      head = answer;
      relayed = RelayedAnswer.of(answer, routed, endless, maxAnswer);
      if (relayed.streams()) {
        beginStream(answer);
      }
    }

    /** The call did not run: with another token it is sent again, once. */
    private void renew() {
      renewed = true;
      reset();
      wire = null;
      target.renewed(credentials).thenAccept(others -> context.runOnContext(_ -> goOn(others)));
    }

    private void goOn(boolean others) {
      if (over) {
        return;
      }
      if (others) {
        connect();
      } else {
        wantsCredentials(UNAUTHORIZED);
      }
    }

    /** The client's credentials are for the registry; it could do nothing with this challenge. */
    private void wantsCredentials(int status) {
      // With 403 the server may have begun: no other one may do it again.
      fail(
          status == UNAUTHORIZED ? CallFailure.Kind.UNAVAILABLE : CallFailure.Kind.LOST,
          UpstreamException.wantsCredentials(status).getMessage());
      session.refused();
    }

    private void copyHeaders(HttpHead answer) {
      for (AsciiString name : TO_CLIENT) {
        String value = answer.header(name);
        if (value != null) {
          client.header(name.toString(), value);
        }
      }
    }

    private void beginStream(HttpHead answer) {
      streaming = true;
      copyHeaders(answer);
      client.begin(answer.status());
      if (endless) {
        complete(Outcome.OK); // A stream counts as answered when it begins.
        serverTime.stop();
      }
    }

    @Override
    public void content(byte[] part) {
      RelayedAnswer reading = relayed;
      if (over || reading == null) {
        return;
      }
      try {
        byte[] next = reading.pass(part);
        if (streaming) {
          client.write(next);
        }
      } catch (BadAnswerException e) {
        lost(e.getMessage());
        return;
      }
      if (streaming) {
        watchFlow();
      }
    }

    private void watchFlow() {
      if (client.isFull()) {
        // It is the client's turn, and nothing that the server is to blame for.
        serverTime.stop();
        clientTime.start();
        setReading(false);
        client.onDrain(this::clientHasRead);
      } else {
        startServerTime();
      }
    }

    private void clientHasRead() {
      if (!over) {
        clientTime.stop();
        startServerTime();
        setReading(true);
      }
    }

    private void setReading(boolean reading) {
      if (wire != null) {
        wire.setReading(reading);
      }
    }

    private void startServerTime() {
      if (!endless || !streaming) {
        serverTime.start();
      }
    }

    @Override
    public void end() {
      RelayedAnswer reading = relayed;
      HttpHead answer = head;
      if (over || reading == null || answer == null) {
        return;
      }
      byte[] last;
      try {
        last = reading.end();
      } catch (BadAnswerException e) {
        lost(e.getMessage());
        return;
      }
      finished();
      recycle();
      complete(reading.outcome());
      if (reading.isServersFault() && retries(CallFailure.Kind.LOST)) {
        return;
      }
      if (streaming) {
        client.end(last);
      } else {
        copyHeaders(answer);
        client.answer(answer.status(), last);
      }
      fallback.writtenPast();
    }

    @Override
    public void failed(Throwable why) {
      lost(why.getMessage());
    }

    private void clientTooSlow() {
      clientGone();
      client.reset();
    }

    private void complete(Outcome outcome) {
      call.complete(outcome);
    }

    private void notReached(Throwable why) {
      session.lose(UpstreamException.unreached(target, why));
      fail(CallFailure.Kind.UNAVAILABLE, "the server can't be reached");
    }

    private void serverGone() {
      lost("the connection was ended by the registry");
    }

    private void lost(@Nullable String why) {
      fail(CallFailure.Kind.LOST, "the server was lost, or its answer was none: " + why);
    }

    private void tookTooLong() {
      fail(
          CallFailure.Kind.TIMEOUT,
          "the server did not answer within " + timeout.toMillis() + " ms");
    }

    private void fail(CallFailure.Kind kind, String message) {
      if (over) {
        return;
      }
      finished();
      reset();
      RelayedAnswer reading = relayed;
      if (reading != null && reading.isAnswered()) {
        complete(reading.outcome()); // Only the end of the stream was lost.
        client.end(RelayedAnswer.NOTHING);
        fallback.writtenPast();
        return;
      }
      complete(Outcome.FAILED);
      CallFailure.Kind known = wire == null ? CallFailure.Kind.UNAVAILABLE : kind;
      if (!retries(known)) {
        SessionCall.fail(
            fallback,
            call.request().idText(),
            new CallFailure(known, FailureReason.PROTOCOL, message));
      }
    }

    /** Before it is taken over, which may take its time: the client may leave while it waits. */
    private boolean retries(CallFailure.Kind failure) {
      fallback.takeBack();
      return retry.take(failure);
    }

    private void clientGone() {
      if (!over) {
        finished();
        complete(Outcome.CANCELLED);
        fallback.writtenPast();
        reset();
      }
    }

    private void reset() {
      if (wire != null) {
        wire.abandon();
      }
    }

    private void recycle() {
      if (wire != null) {
        wire.setReading(true);
        wires.keep(wire);
      }
    }

    private void finished() {
      over = true;
      serverTime.stop();
      clientTime.stop();
      stopWatching.run();
    }
  }
}
