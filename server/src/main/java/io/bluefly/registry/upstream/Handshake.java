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
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int SERVER_ERROR = 500;

  private final Duration timeout;
  private final Duration probeTimeout;

  Handshake(UpstreamSettings settings) {
    this.timeout = settings.handshakeTimeout();
    this.probeTimeout = settings.probeTimeout();
  }

  /** A stdio server ended because it was asked {@code server/discover}: start it again, legacy. */
  static final class EndedOnProbe extends Exception {
    EndedOnProbe() {
      super("the server ended on the modern greeting", null, false, false);
    }
  }

  /**
   * Greets a server over a channel.
   *
   * @param legacy skip the modern greeting, which this server does not survive
   */
  void greet(ChannelSession session, boolean legacy) throws UpstreamException, EndedOnProbe {
    if (legacy) {
      initialize(session, session.request(OwnRequests.initialize(), timeout));
      return;
    }
    CompletableFuture<RpcMessage> discover =
        session.request(OwnRequests.of(Era.MODERN, "server/discover", "{}"), timeout);
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
    }
    if (answer != null && isModern(answer)) {
      session.introduce(modern(answer));
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
    initialize(session, initialize);
  }

  private void initialize(ChannelSession session, CompletableFuture<RpcMessage> pending)
      throws UpstreamException {
    RpcMessage answer = await(pending);
    if (isModern(answer)) {
      session.introduce(modern(answer));
      return;
    }
    session.introduce(legacy(answer));
    session.send(INITIALIZED);
  }

  /** Greets a legacy server over a channel in the name of one client. */
  void greetAs(ChannelSession session, RpcMessage initialize) throws UpstreamException {
    session.introduce(legacy(await(session.request(initialize, timeout))));
    session.send(INITIALIZED);
  }

  /** Greets a legacy server over HTTP in the name of one client. */
  void greetAs(HttpSession session, RpcMessage initialize) throws UpstreamException {
    HttpSession.Answer answer = await(session.exchange(initialize, Era.LEGACY, timeout));
    refuseUnlessEvidence(answer.status());
    RpcMessage message = answer.message();
    if (message == null) {
      throw new UpstreamException(
          FailureReason.PROTOCOL,
          "the server answered 'initialize' with HTTP " + answer.status() + " and no MCP message");
    }
    session.introduce(legacy(message));
    session.send(INITIALIZED);
  }

  /** Greets a server over HTTP. */
  void greet(HttpSession session) throws UpstreamException {
    HttpSession.Answer answer =
        await(
            session.exchange(
                OwnRequests.of(Era.MODERN, "server/discover", "{}"), Era.MODERN, timeout));
    refuseUnlessEvidence(answer.status());
    RpcMessage message = answer.message();
    if (message != null && isModern(message)) {
      session.introduce(modern(message));
      return;
    }
    answer = await(session.exchange(OwnRequests.initialize(), Era.LEGACY, timeout));
    refuseUnlessEvidence(answer.status());
    message = answer.message();
    if (message == null) {
      boolean older =
          answer.status() == BAD_REQUEST
              || answer.status() == NOT_FOUND
              || answer.status() == METHOD_NOT_ALLOWED;
      throw new UpstreamException(
          FailureReason.PROTOCOL,
          "the address answered 'initialize' with HTTP "
              + answer.status()
              + (older
                  ? "; it is no Streamable HTTP endpoint (is the path right? many end in /mcp)"
                  : " and no MCP message"));
    }
    session.introduce(legacy(message));
    session.send(INITIALIZED);
  }

  /** Credentials and trouble say nothing about the era. */
  private static void refuseUnlessEvidence(int status) throws UpstreamException {
    if (status == UNAUTHORIZED || status == FORBIDDEN) {
      throw new UpstreamException(
          FailureReason.NEEDS_AUTHENTICATION,
          "the server wants credentials (HTTP " + status + "); set endpoint.headers");
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

  private static ServerInfo modern(RpcMessage answer) throws UpstreamException {
    JsonNode result = tree(answer, answer.result());
    Span span = answer.result();
    if (result == null || span == null) {
      throw new UpstreamException(
          FailureReason.PROTOCOL, "the server refuses the version that it offers itself");
    }
    JsonNode identity = result.path("_meta").path("io.modelcontextprotocol/serverInfo");
    return info(Era.MODERN, Era.MODERN_VERSION, span.text(answer.json()), result, identity);
  }

  private static ServerInfo legacy(RpcMessage answer) throws UpstreamException {
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
    return info(Era.LEGACY, version, span.text(answer.json()), result, result.path("serverInfo"));
  }

  private static ServerInfo info(
      Era era, String version, String handshake, JsonNode result, JsonNode identity) {
    return new ServerInfo(
        era,
        version,
        handshake,
        identity.path("name").asText(""),
        identity.path("version").asText(""),
        result.hasNonNull("instructions") ? result.get("instructions").toString() : "null",
        result.path("capabilities").isObject() ? result.get("capabilities").toString() : "{}",
        identity.isObject() ? identity.toString() : "{}");
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

  private <T> T await(CompletableFuture<T> answer) throws UpstreamException {
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
