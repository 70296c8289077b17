package io.bluefly.registry.upstream;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which era a server speaks, and greets it: modern first ({@code server/discover}), then
 * legacy ({@code initialize}). Runs on a thread that may wait.
 *
 * @see <a
 *     href="https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning">versioning</a>
 */
final class Handshake {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final byte[] INITIALIZED =
      RpcReply.notification("notifications/initialized", "{}");

  /** How long a server may take to answer that notification. */
  private static final Duration INITIALIZED_PATIENCE = Duration.ofSeconds(5);

  private static final String DISCOVER = "server/discover";
  private static final String INITIALIZE = "initialize";
  private static final int REDIRECTION = 300;
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int SERVER_ERROR = 500;

  private final InstantSource clock;
  private final Duration timeout;
  private final Duration probeTimeout;

  Handshake(UpstreamSettings settings, InstantSource clock) {
    this.clock = clock;
    this.timeout = settings.handshakeTimeout();
    this.probeTimeout = settings.probeTimeout();
  }

  /** A stdio server ended because it was asked {@code server/discover}: start it again, legacy. */
  static final class EndedOnProbe extends Exception {
    EndedOnProbe() {
      super("the server ended on the modern greeting", null, false, false);
    }
  }

  /** The address knows no Streamable HTTP: it may be one of HTTP+SSE. */
  static final class NoStreamableHttp extends Exception {
    private final transient UpstreamException refusal;

    NoStreamableHttp(UpstreamException refusal) {
      super(refusal.getMessage(), null, false, false);
      this.refusal = refusal;
    }

    /** What to say when it is not that, either. */
    UpstreamException refusal() {
      return refusal;
    }
  }

  /**
   * Greets a server over a channel, without the modern greeting.
   *
   * @param since when it was found to be legacy
   * @param phases what has been done so far
   */
  void greetLegacy(ChannelSession session, Transport transport, Instant since, Phases phases)
      throws UpstreamException {
    initialize(
        session,
        session.request(OwnRequests.initialize(), timeout),
        new Verdict(transport, since, phases));
  }

  /**
   * Greets a server over a channel.
   *
   * @param phases what has been done so far
   */
  void greet(ChannelSession session, Transport transport, Phases phases)
      throws UpstreamException, EndedOnProbe {
    Verdict verdict = new Verdict(transport, clock.instant(), phases);
    CompletableFuture<RpcMessage> discover =
        session.request(OwnRequests.of(Era.MODERN, DISCOVER, "{}"), timeout);
    RpcMessage answer = null;
    try {
      answer = discover.get(probeTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // Silence may be a legacy server, or a modern one that is slow to start: ask both ways.
    } catch (ExecutionException e) {
      throw new EndedOnProbe();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted();
    } finally {
      phases.done(DISCOVER);
    }
    if (answer != null && isModern(answer)) {
      session.introduce(modern(answer, verdict));
      return;
    }
    CompletableFuture<RpcMessage> initialize = session.request(OwnRequests.initialize(), timeout);
    if (answer == null) {
      discover.thenAccept(late -> {
        if (isModern(late)) {
          initialize.complete(late);
        }
      });
    }
    initialize(session, initialize, verdict);
  }

  /** By which transport, and when, a server was asked for its era, and how long its steps took. */
  private record Verdict(Transport transport, Instant at, Phases phases) {}

  private void initialize(
      ChannelSession session, CompletableFuture<RpcMessage> pending, Verdict verdict)
      throws UpstreamException {
    RpcMessage answer = await(pending);
    verdict.phases().done(INITIALIZE);
    if (isModern(answer)) {
      session.introduce(modern(answer, verdict));
      return;
    }
    session.introduce(legacy(answer, verdict));
    session.send(INITIALIZED);
  }

  /** Greets a legacy server over a channel in the name of one client. */
  void greetAs(ChannelSession session, RpcMessage initialize, Transport transport)
      throws UpstreamException {
    Verdict verdict = new Verdict(transport, clock.instant(), new Phases());
    RpcMessage answer = await(session.request(initialize, timeout));
    verdict.phases().done(INITIALIZE);
    session.introduce(legacy(answer, verdict));
    session.send(INITIALIZED);
  }

  /** Greets a legacy server over Streamable HTTP in the name of one client. */
  void greetAs(HttpSession session, RpcMessage initialize)
      throws UpstreamException, NoStreamableHttp {
    greetLegacy(
        session, initialize, new Verdict(Transport.STREAMABLE_HTTP, clock.instant(), new Phases()));
  }

  /** Greets a server over Streamable HTTP. */
  void greet(HttpSession session) throws UpstreamException, NoStreamableHttp {
    Verdict verdict = new Verdict(Transport.STREAMABLE_HTTP, clock.instant(), new Phases());
    HttpSession.Answer answer =
        await(session.exchange(OwnRequests.of(Era.MODERN, DISCOVER, "{}"), Era.MODERN, timeout));
    verdict.phases().done(DISCOVER);
    refuseUnlessEvidence(answer.status());
    RpcMessage message = answer.message();
    if (message != null && isModern(message)) {
      session.introduce(modern(message, verdict));
      return;
    }
    greetLegacy(session, OwnRequests.initialize(), verdict);
  }

  private void greetLegacy(HttpSession session, RpcMessage initialize, Verdict verdict)
      throws UpstreamException, NoStreamableHttp {
    HttpSession.Answer answer = await(session.exchange(initialize, Era.LEGACY, timeout));
    verdict.phases().done(INITIALIZE);
    refuseUnlessEvidence(answer.status());
    RpcMessage message = answer.message();
    if (message == null) {
      throw refused(answer.status());
    }
    try {
      session.introduce(legacy(message, verdict));
    } catch (UpstreamException e) {
      if (mayBeHttpSse(answer.status())) {
        throw new NoStreamableHttp(e);
      }
      throw e;
    }
    await(taken(session.sendInOrder(INITIALIZED)));
  }

  /**
   * Each message has a POST of its own, and the first call must not overtake the end of the
   * greeting. A server that never answers notifications is used nevertheless.
   */
  private CompletableFuture<@Nullable Void> taken(CompletableFuture<@Nullable Void> answered) {
    long most = Math.min(timeout.toMillis() / 2, INITIALIZED_PATIENCE.toMillis());
    return answered.completeOnTimeout(null, most, TimeUnit.MILLISECONDS);
  }

  /** With these a server of HTTP+SSE refuses a POST; what body it sends along is of no account. */
  private static boolean mayBeHttpSse(int status) {
    return status == BAD_REQUEST || status == NOT_FOUND || status == METHOD_NOT_ALLOWED;
  }

  private static UpstreamException refused(int status) throws NoStreamableHttp {
    String what = "the address answered 'initialize' with HTTP " + status;
    return switch (status) {
      case BAD_REQUEST, NOT_FOUND, METHOD_NOT_ALLOWED ->
          throw new NoStreamableHttp(
              new UpstreamException(
                  FailureReason.PROTOCOL,
                  what
                      + "; it is no MCP endpoint, neither of Streamable HTTP nor of HTTP+SSE (is"
                      + " the path right? many end in /mcp)"));
      default -> new UpstreamException(FailureReason.PROTOCOL, what + " and no MCP message");
    };
  }

  /** Credentials, redirections and trouble say nothing about the era. */
  private static void refuseUnlessEvidence(int status) throws UpstreamException {
    if (status == UNAUTHORIZED || status == FORBIDDEN) {
      throw UpstreamException.wantsCredentials(status);
    }
    if (status >= REDIRECTION && status < BAD_REQUEST) {
      throw new UpstreamException(
          FailureReason.PROTOCOL,
          "the server answers with HTTP "
              + status
              + ", and redirections are not followed: register the address that it leads to");
    }
    if (status >= SERVER_ERROR) {
      throw new UpstreamException(
          FailureReason.UNREACHABLE, "the server answers with HTTP " + status);
    }
  }

  private static boolean isModern(RpcMessage answer) {
    JsonNode result = tree(answer, answer.result());
    if (result != null) {
      return contains(result.path("supportedVersions"));
    }
    JsonNode error = tree(answer, answer.error());
    return error != null
        && answer.errorCode() == RpcCode.UNSUPPORTED_VERSION
        && contains(error.path("data").path("supported"));
  }

  private static boolean contains(JsonNode versions) {
    for (JsonNode version : versions) {
      if (version.asText().equals(Era.MODERN_VERSION)) {
        return true;
      }
    }
    return false;
  }

  private static ServerInfo modern(RpcMessage answer, Verdict verdict) throws UpstreamException {
    JsonNode result = tree(answer, answer.result());
    Span span = answer.result();
    if (result == null || span == null) {
      throw new UpstreamException(
          FailureReason.PROTOCOL, "the server refuses the version that it offers itself");
    }
    JsonNode identity = result.path("_meta").path("io.modelcontextprotocol/serverInfo");
    return info(
        Era.MODERN, Era.MODERN_VERSION, span.text(answer.json()), result, identity, verdict);
  }

  private static ServerInfo legacy(RpcMessage answer, Verdict verdict) throws UpstreamException {
    JsonNode result = tree(answer, answer.result());
    Span span = answer.result();
    if (result == null || span == null) {
      JsonNode error = tree(answer, answer.error());
      throw new UpstreamException(
          FailureReason.PROTOCOL,
          "the server refuses 'initialize': "
              + (error == null ? "no result" : error.path("message").asText("no message")));
    }
    String version = result.path("protocolVersion").asText("");
    if (!Era.LEGACY_VERSIONS.contains(version)) {
      throw new UpstreamException(
          FailureReason.PROTOCOL,
          "the server wants protocol version '" + version + "', which the registry does not speak");
    }
    return info(
        Era.LEGACY, version, span.text(answer.json()), result, result.path("serverInfo"), verdict);
  }

  private static ServerInfo info(
      Era era,
      String version,
      String handshake,
      JsonNode result,
      JsonNode identity,
      Verdict verdict) {
    return new ServerInfo(
        era,
        version,
        handshake,
        identity.path("name").asText(""),
        identity.path("version").asText(""),
        result.hasNonNull("instructions") ? result.get("instructions").toString() : "null",
        result.path("capabilities").isObject() ? result.get("capabilities").toString() : "{}",
        identity.isObject() ? identity.toString() : "{}",
        verdict.transport(),
        verdict.at(),
        verdict.phases().list());
  }

  private static @Nullable JsonNode tree(RpcMessage message, @Nullable Span span) {
    if (span == null) {
      return null;
    }
    try {
      return JSON.readTree(message.json(), span.start(), span.end() - span.start());
    } catch (IOException e) {
      return null;
    }
  }

  private <T extends @Nullable Object> T await(CompletableFuture<T> answer)
      throws UpstreamException {
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UpstreamException known ? known : tookTooLong();
    } catch (TimeoutException e) {
      throw tookTooLong();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted();
    }
  }

  private UpstreamException tookTooLong() {
    return new UpstreamException(
        FailureReason.TIMEOUT,
        "the server did not finish the handshake in " + timeout.toSeconds() + " s");
  }

  private static UpstreamException interrupted() {
    return new UpstreamException(FailureReason.EXITED, "the registry is stopping");
  }
}
