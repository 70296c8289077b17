package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.connections.ClientCredentials;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.SecretUser;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.security.UnknownSecretException;
import io.vertx.core.http.HttpClient;
import java.io.IOException;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks for tokens with the registry's own client id and secret, over HTTP Basic ({@code
 * client_secret_basic}).
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6749#section-4.4">RFC 6749, client
 *     credentials</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8707">RFC 8707, resource</a>
 */
final class TokenEndpoint {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration USUAL_LIFE = Duration.ofMinutes(5);
  private static final Duration LONGEST_LIFE = Duration.ofHours(24);
  private static final int MAX_ANSWER = 64 * 1024;
  private static final int MAX_TOKEN = 16 * 1024;
  private static final int LAST_OK = 299;
  private static final int REDIRECTION = 300;
  private static final int BAD_REQUEST = 400;
  private static final int SERVER_ERROR = 500;
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7E]{1," + MAX_TOKEN + "}");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What may be told of a refusal; anything else it says might be somebody's secret. */
  private static final Set<String> ERRORS =
      Set.of(
          "invalid_request",
          "invalid_client",
          "invalid_grant",
          "unauthorized_client",
          "unsupported_grant_type",
          "invalid_scope",
          "invalid_target");

  private final HttpClient client;
  private final EgressGuard guard;
  private final Secrets secrets;

  TokenEndpoint(HttpClient client, EgressGuard guard, Secrets secrets) {
    this.client = client;
    this.guard = guard;
    this.secrets = secrets;
  }

  /** A new token; waits for it. */
  ClientTokens.Grant fetch(ClientCredentials credentials) throws UpstreamException {
    HttpTarget target = HttpTarget.of(credentials.tokenUrl(), headers(credentials), guard);
    Answer answer = ask(target, form(credentials).getBytes(UTF_8));
    if (answer.status > LAST_OK) {
      throw refused(target, answer);
    }
    return grant(target, tree(answer.body));
  }

  private OwnHeaders headers(ClientCredentials credentials) throws UpstreamException {
    SecretUser user = new SecretUser.Address(credentials.tokenUrl());
    try {
      String id = secrets.resolve(credentials.clientId(), user);
      String secret = secrets.resolve(credentials.clientSecret(), user);
      String both = encoded(id) + ":" + encoded(secret);
      return OwnHeaders.fixed(
          Map.of(
              "authorization",
              "Basic " + Base64.getEncoder().encodeToString(both.getBytes(UTF_8)),
              "content-type",
              "application/x-www-form-urlencoded",
              "accept",
              "application/json"));
    } catch (UnknownSecretException e) {
      throw new UpstreamException(FailureReason.CONFIGURATION, e.getMessage());
    }
  }

  private static String form(ClientCredentials credentials) {
    List<String> form = new ArrayList<>(List.of("grant_type=client_credentials"));
    if (credentials.scope() != null) {
      form.add("scope=" + encoded(credentials.scope()));
    }
    if (credentials.resource() != null) {
      form.add("resource=" + encoded(credentials.resource()));
    }
    return String.join("&", form);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Answer(int status, byte[] body) {}

  private Answer ask(HttpTarget target, byte[] form) throws UpstreamException {
    Answering answering = new Answering(target);
    HttpExchange exchange =
        HttpExchange.start(client, target, Map.of(), form, MAX_ANSWER, answering);
    try {
      return answering.answer.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UpstreamException known ? known : garbage(target);
    } catch (TimeoutException e) {
      throw new UpstreamException(
          FailureReason.TIMEOUT,
          "the token endpoint " + target + " did not answer within " + DEADLINE.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UpstreamException(FailureReason.EXITED, "the registry is stopping");
    } finally {
      exchange.cancel();
    }
  }

  /** Waits for the whole of one answer. */
  private static final class Answering implements HttpExchange.Handler {
    private final HttpTarget target;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private int status;
    private byte[] body = {};

    Answering(HttpTarget target) {
      this.target = target;
    }

    @Override
    public void begin(int code, boolean events, @Nullable String session) {
      status = code;
    }

    @Override
    public void message(byte[] json) {
      body = json;
    }

    @Override
    public void end() {
      answer.complete(new Answer(status, body));
    }

    @Override
    public void failed(boolean sent, Throwable why) {
      UpstreamException unreached = UpstreamException.unreached(target, why);
      answer.completeExceptionally(
          new UpstreamException(
              unreached.reason(), "no token is to be had: " + unreached.getMessage()));
    }
  }

  private static UpstreamException refused(HttpTarget target, Answer answer) {
    String what = "the token endpoint " + target + " answers with HTTP " + answer.status;
    if (answer.status >= SERVER_ERROR) {
      return new UpstreamException(FailureReason.UNREACHABLE, what);
    }
    if (answer.status >= REDIRECTION && answer.status < BAD_REQUEST) {
      return new UpstreamException(
          FailureReason.PROTOCOL, what + ", and redirections are not followed");
    }
    JsonNode tree = tree(answer.body);
    String error = tree == null ? "" : tree.path("error").asText();
    return new UpstreamException(
        FailureReason.NEEDS_AUTHENTICATION,
        what + (ERRORS.contains(error) ? " (" + error + ")" : "") + "; check endpoint.auth");
  }

  private static ClientTokens.Grant grant(HttpTarget target, @Nullable JsonNode tree)
      throws UpstreamException {
    String token = tree == null ? "" : tree.path("access_token").asText();
    String type = tree == null ? "" : tree.path("token_type").asText("Bearer");
    if (!TOKEN.matcher(token).matches() || !type.equalsIgnoreCase("Bearer")) {
      throw garbage(target);
    }
    return new ClientTokens.Grant(token, life(tree));
  }

  private static Duration life(@Nullable JsonNode tree) {
    long seconds = tree == null ? 0 : tree.path("expires_in").asLong(0);
    return seconds <= 0
        ? USUAL_LIFE
        : Duration.ofSeconds(Math.min(seconds, LONGEST_LIFE.toSeconds()));
  }

  private static UpstreamException garbage(HttpTarget target) {
    return new UpstreamException(
        FailureReason.PROTOCOL, "the token endpoint " + target + " gives out no bearer token");
  }

  private static @Nullable JsonNode tree(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      return null;
    }
  }
}
