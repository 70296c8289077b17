package io.bluefly.registry.upstream;

import io.bluefly.registry.connections.ClientCredentials;
import io.bluefly.registry.connections.Endpoint;
import io.bluefly.registry.connections.Endpoint.HttpEndpoint;
import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import io.bluefly.registry.connections.Endpoint.WebSocketEndpoint;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.Secrets;
import io.netty.util.Timer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.net.NetClient;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Starts or connects what an endpoint describes and greets it. Its methods may wait. */
final class Opener {
  /** Children that may be in their start at once: more would only slow each other down. */
  private static final int CONCURRENT_STARTS =
      Math.max(8, 4 * Runtime.getRuntime().availableProcessors());

  private static final int CONCURRENT_CONNECTS = 128;

  private final Secrets secrets;
  private final EgressGuard guard;
  private final Children children;
  private final UpstreamSettings settings;
  private final Handshake handshake;
  private final HttpClient http;
  private final HttpClient streams;
  private final NetClient sockets;
  private final Timer timers;
  private final InstantSource clock;
  private final Semaphore starts = new Semaphore(CONCURRENT_STARTS, true);
  private final Semaphore connects = new Semaphore(CONCURRENT_CONNECTS, true);

  Opener(
      Secrets secrets,
      EgressGuard guard,
      ProcessWarden warden,
      ProcessRules processes,
      UpstreamSettings settings,
      HttpClient http,
      HttpClient streams,
      NetClient sockets,
      Timer timers,
      InstantSource clock) {
    this.secrets = secrets;
    this.guard = guard;
    this.children =
        new Children(
            secrets, processes, warden, new ProcessBudget(settings.maxProcesses()), settings);
    this.settings = settings;
    this.handshake = new Handshake(settings, clock);
    this.http = http;
    this.streams = streams;
    this.sockets = sockets;
    this.timers = timers;
    this.clock = clock;
  }

  /** Child processes that run. */
  int processes() {
    return children.running();
  }

  /**
   * What is to be opened for {@code connection}; its tokens live as long.
   *
   * @param executor fetches them, on threads that may wait
   */
  Destination destination(String connection, Endpoint endpoint, Executor executor) {
    ClientCredentials auth =
        switch (endpoint) {
          case StdioEndpoint _ -> null;
          case HttpEndpoint address -> address.auth();
          case WebSocketEndpoint address -> address.auth();
        };
    if (auth == null) {
      return new Destination(connection, endpoint, null);
    }
    TokenEndpoint source = new TokenEndpoint(http, guard, secrets);
    ClientTokens tokens =
        new ClientTokens(() -> source.fetch(auth), executor, timers, System::nanoTime);
    return new Destination(connection, endpoint, tokens);
  }

  /**
   * A live session with the server of {@code destination}.
   *
   * @param memory what is known of it from before
   * @param watch hears of the processes that it takes
   * @param last is told of the registry's own requests over HTTP
   */
  UpstreamSession open(
      Destination destination, ProbeMemory memory, ChildWatch watch, LastExchange last)
      throws UpstreamException {
    return switch (destination.endpoint()) {
      case StdioEndpoint stdio ->
          inTurn(starts, () -> openChild(destination.connection(), stdio, memory, watch));
      case HttpEndpoint address ->
          letIn(
              destination,
              () -> openHttp(target(destination, address.url(), address.headers()), last));
      case WebSocketEndpoint address ->
          letIn(destination, () -> openWebSocket(destination, address));
    };
  }

  /**
   * Opens, in its turn, with a token where there are some; with another one, once, where it is not
   * accepted. Who waits for a token holds nobody else up.
   */
  private <S> S letIn(Destination destination, Opening<S> opening) throws UpstreamException {
    destination.awaitToken();
    String used = destination.token();
    try {
      return inTurn(connects, opening);
    } catch (UpstreamException e) {
      if (e.reason() == FailureReason.NEEDS_AUTHENTICATION && destination.isRenewed(used)) {
        return inTurn(connects, opening);
      }
      throw e;
    }
  }

  private HttpTarget target(Destination destination, URI url, Map<String, String> headers)
      throws UpstreamException {
    Map<String, String> resolved = HttpTarget.resolve(url, headers, secrets);
    return HttpTarget.of(url, OwnHeaders.of(resolved, destination.tokens()), guard);
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

  private ChannelSession openChild(
      String connection, StdioEndpoint endpoint, ProbeMemory memory, ChildWatch watch)
      throws UpstreamException {
    Phases phases = new Phases();
    Instant known = memory.legacySince(clock.instant());
    if (known != null) {
      try {
        return greetedLegacy(startChild(connection, endpoint, watch, phases), known, phases);
      } catch (UpstreamException e) {
        memory.forget();
        throw e;
      }
    }
    ChannelSession probed = startChild(connection, endpoint, watch, phases);
    try {
      return greeted(probed, Transport.STDIO, phases);
    } catch (Handshake.EndedOnProbe e) {
      awaitEnd(probed); // There may be a place for one process only.
      Instant now = clock.instant();
      phases.done("end");
      ChannelSession session =
          greetedLegacy(startChild(connection, endpoint, watch, phases), now, phases);
      memory.foundLegacy(now);
      return session;
    }
  }

  private ChannelSession startChild(
      String connection, StdioEndpoint endpoint, ChildWatch watch, Phases phases)
      throws UpstreamException {
    ChildProcess child = children.start(connection, endpoint, watch);
    phases.done("start");
    ChannelSession session = new ChannelSession(child, timers);
    child.pump(session);
    return session;
  }

  private ChannelSession greeted(ChannelSession session, Transport transport, Phases phases)
      throws UpstreamException, Handshake.EndedOnProbe {
    try {
      handshake.greet(session, transport, phases);
      return session;
    } catch (UpstreamException e) {
      throw closed(session, e);
    } catch (Handshake.EndedOnProbe e) {
      session.close();
      throw e;
    }
  }

  private ChannelSession greetedLegacy(ChannelSession session, Instant since, Phases phases)
      throws UpstreamException {
    try {
      handshake.greetLegacy(session, Transport.STDIO, since, phases);
      return session;
    } catch (UpstreamException e) {
      throw closed(session, e);
    }
  }

  private UpstreamException closed(ChannelSession session, UpstreamException why) {
    session.close();
    return why.reason() == FailureReason.TIMEOUT ? why : explained(session, why);
  }

  /** How the server ended, if it did, explains a failed greeting better than what that broke. */
  private UpstreamException explained(ChannelSession session, UpstreamException broken) {
    boolean answered = broken.reason() == FailureReason.PROTOCOL;
    UpstreamException end = answered ? null : awaitEnd(session);
    return end == null ? broken : end;
  }

  /** How a session that is being closed has ended; null when it does not within its time. */
  private @Nullable UpstreamException awaitEnd(ChannelSession session) {
    try {
      Duration patience = settings.stopTimeout().multipliedBy(4);
      return session.closed().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /**
   * A session of its own for one client of a legacy server.
   *
   * @param initialize JSON text of the {@code params} of the client's {@code initialize}
   * @param watch hears of its process
   */
  UpstreamSession openOwn(Destination destination, String initialize, ChildWatch watch)
      throws UpstreamException {
    RpcMessage greeting = OwnRequests.of(Era.LEGACY, "initialize", initialize);
    return switch (destination.endpoint()) {
      case StdioEndpoint stdio ->
          inTurn(
              starts,
              () ->
                  greetedAs(
                      startChild(destination.connection(), stdio, watch, new Phases()),
                      greeting,
                      Transport.STDIO));
      case HttpEndpoint address ->
          letIn(
              destination,
              () -> openOwnHttp(target(destination, address.url(), address.headers()), greeting));
      case WebSocketEndpoint address ->
          letIn(
              destination,
              () -> greetedAs(connect(destination, address), greeting, Transport.WEBSOCKET));
    };
  }

  private ChannelSession greetedAs(ChannelSession session, RpcMessage greeting, Transport transport)
      throws UpstreamException {
    try {
      handshake.greetAs(session, greeting, transport);
      return session;
    } catch (UpstreamException e) {
      session.close();
      throw e;
    }
  }

  private UpstreamSession openOwnHttp(HttpTarget target, RpcMessage greeting)
      throws UpstreamException {
    HttpSession session = session(target, new LastExchange(clock));
    try {
      handshake.greetAs(session, greeting);
      return session;
    } catch (Handshake.NoStreamableHttp e) {
      return openSse(target, e.refusal(), greeting);
    }
  }

  private HttpSession session(HttpTarget target, LastExchange last) {
    return new HttpSession(http, streams, target, timers, settings.maxUpstreamMessage(), last);
  }

  private UpstreamSession openHttp(HttpTarget target, LastExchange last) throws UpstreamException {
    HttpSession session = session(target, last);
    try {
      handshake.greet(session);
      return session;
    } catch (Handshake.NoStreamableHttp e) {
      ChannelSession channel = openSse(target, e.refusal(), OwnRequests.initialize());
      last.forget(); // Its requests were of a transport that is not spoken here.
      return channel;
    }
  }

  /**
   * The transport of 2024-11-05 at the same address.
   *
   * @param refusal what to say when that is not spoken there, either
   */
  private ChannelSession openSse(HttpTarget target, UpstreamException refusal, RpcMessage greeting)
      throws UpstreamException {
    SseChannel channel = new SseChannel(http, target, timers, settings);
    ChannelSession session = new ChannelSession(channel, timers);
    try {
      channel.connect(session);
    } catch (SseChannel.NoEventsException e) {
      throw refusal;
    }
    return greetedAs(session, greeting, Transport.HTTP_SSE);
  }

  private ChannelSession openWebSocket(Destination destination, WebSocketEndpoint endpoint)
      throws UpstreamException {
    Phases phases = new Phases();
    ChannelSession session = connect(destination, endpoint);
    phases.done("connect");
    try {
      return greeted(session, Transport.WEBSOCKET, phases);
    } catch (Handshake.EndedOnProbe e) {
      throw new UpstreamException(
          FailureReason.PROTOCOL, "the server closed the WebSocket on the first message");
    }
  }

  private ChannelSession connect(Destination destination, WebSocketEndpoint endpoint)
      throws UpstreamException {
    URI url = endpoint.url();
    HttpTarget target = target(destination, url, endpoint.headers());
    WebSocketChannel channel =
        WebSocketChannel.open(sockets, url, target, settings.maxUpstreamMessage());
    ChannelSession session = new ChannelSession(channel, timers);
    channel.pump(session);
    return session;
  }

  /** The time that an opening may take. */
  Duration timeout() {
    return settings.handshakeTimeout();
  }
}
