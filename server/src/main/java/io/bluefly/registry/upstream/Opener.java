package io.bluefly.registry.upstream;

import io.bluefly.registry.connections.Endpoint;
import io.bluefly.registry.connections.Endpoint.HttpEndpoint;
import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import io.bluefly.registry.connections.Endpoint.WebSocketEndpoint;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.Secrets;
import io.netty.util.Timer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.WebSocketClient;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts or connects what an endpoint describes and greets it. Its methods may wait. */
final class Opener {
  /** Children that may be in their start at once: more would only slow each other down. */
  private static final int CONCURRENT_STARTS =
      Math.max(8, 4 * Runtime.getRuntime().availableProcessors());

  private static final int CONCURRENT_CONNECTS = 128;

  private final Secrets secrets;
  private final ProcessWarden warden;
  private final UpstreamSettings settings;
  private final Handshake handshake;
  private final HttpClient http;
  private final WebSocketClient webSockets;
  private final Timer timers;
  private final Semaphore starts = new Semaphore(CONCURRENT_STARTS, true);
  private final Semaphore connects = new Semaphore(CONCURRENT_CONNECTS, true);

  Opener(
      Secrets secrets,
      ProcessWarden warden,
      UpstreamSettings settings,
      HttpClient http,
      WebSocketClient webSockets,
      Timer timers) {
    this.secrets = secrets;
    this.warden = warden;
    this.settings = settings;
    this.handshake = new Handshake(settings);
    this.http = http;
    this.webSockets = webSockets;
    this.timers = timers;
  }

  /** A live session with the server of {@code endpoint}. */
  UpstreamSession open(Endpoint endpoint) throws UpstreamException {
    return switch (endpoint) {
      case StdioEndpoint stdio -> inTurn(starts, () -> openChild(stdio));
      case HttpEndpoint address -> inTurn(connects, () -> openHttp(address));
      case WebSocketEndpoint address -> inTurn(connects, () -> openWebSocket(address));
    };
  }

  /** Something that opens a session. */
  @FunctionalInterface
  private interface Opening<S> {
    S open() throws UpstreamException;
  }

  private static <S> S inTurn(Semaphore turn, Opening<S> opening) throws UpstreamException {
    try {
      turn.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UpstreamException(FailureReason.EXITED, "the registry is stopping");
    }
    try {
      return opening.open();
    } finally {
      turn.release();
    }
  }

  private ChannelSession openChild(StdioEndpoint endpoint) throws UpstreamException {
    try {
      return greeted(startChild(endpoint), false);
    } catch (Handshake.EndedOnProbe e) {
      try {
        return greeted(startChild(endpoint), true);
      } catch (Handshake.EndedOnProbe impossible) {
        throw new UpstreamException(FailureReason.PROTOCOL, "the server does not answer");
      }
    }
  }

  private ChannelSession startChild(StdioEndpoint endpoint) throws UpstreamException {
    ChildProcess child = ChildProcess.start(endpoint, secrets, warden, settings);
    ChannelSession session = new ChannelSession(child, timers);
    child.pump(session);
    return session;
  }

  private ChannelSession greeted(ChannelSession session, boolean legacy)
      throws UpstreamException, Handshake.EndedOnProbe {
    try {
      handshake.greet(session, legacy);
      return session;
    } catch (UpstreamException e) {
      session.close();
      throw e.reason() == FailureReason.TIMEOUT ? e : explained(session, e);
    } catch (Handshake.EndedOnProbe e) {
      session.close();
      throw e;
    }
  }

  /** How the server ended, if it did, explains a failed greeting better than what that broke. */
  private UpstreamException explained(ChannelSession session, UpstreamException broken) {
    boolean answered = broken.reason() == FailureReason.PROTOCOL;
    if (answered) {
      return broken;
    }
    try {
      Duration patience = settings.stopTimeout().multipliedBy(4);
      return session.closed().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return broken;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return broken;
    }
  }

  /**
   * A session of its own for one client of a legacy server.
   *
   * @param initialize JSON text of the {@code params} of the client's {@code initialize}
   */
  UpstreamSession openOwn(Endpoint endpoint, String initialize) throws UpstreamException {
    RpcMessage greeting = OwnRequests.of(Era.LEGACY, "initialize", initialize);
    return switch (endpoint) {
      case StdioEndpoint stdio -> inTurn(starts, () -> greetedAs(startChild(stdio), greeting));
      case HttpEndpoint address -> inTurn(connects, () -> openOwnHttp(address, greeting));
      case WebSocketEndpoint address ->
          inTurn(connects, () -> greetedAs(connect(address), greeting));
    };
  }

  private ChannelSession greetedAs(ChannelSession session, RpcMessage greeting)
      throws UpstreamException {
    try {
      handshake.greetAs(session, greeting);
      return session;
    } catch (UpstreamException e) {
      session.close();
      throw e;
    }
  }

  private HttpSession openOwnHttp(HttpEndpoint endpoint, RpcMessage greeting)
      throws UpstreamException {
    HttpSession session =
        new HttpSession(
            http, HttpTarget.of(endpoint, secrets), timers, settings.maxUpstreamMessage());
    handshake.greetAs(session, greeting);
    return session;
  }

  private HttpSession openHttp(HttpEndpoint endpoint) throws UpstreamException {
    HttpSession session =
        new HttpSession(
            http, HttpTarget.of(endpoint, secrets), timers, settings.maxUpstreamMessage());
    handshake.greet(session);
    return session;
  }

  private ChannelSession openWebSocket(WebSocketEndpoint endpoint) throws UpstreamException {
    ChannelSession session = connect(endpoint);
    try {
      return greeted(session, false);
    } catch (Handshake.EndedOnProbe e) {
      throw new UpstreamException(
          FailureReason.PROTOCOL, "the server closed the WebSocket on the first message");
    }
  }

  private ChannelSession connect(WebSocketEndpoint endpoint) throws UpstreamException {
    WebSocketChannel channel = WebSocketChannel.open(webSockets, endpoint, secrets, settings);
    ChannelSession session = new ChannelSession(channel, timers);
    channel.pump(session);
    return session;
  }

  /** The time that an opening may take. */
  Duration timeout() {
    return settings.handshakeTimeout();
  }
}
