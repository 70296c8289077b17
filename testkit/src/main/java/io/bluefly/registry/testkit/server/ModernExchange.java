package io.bluefly.registry.testkit.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request of 2026-07-28: all that matters came with it. */
final class ModernExchange extends Exchange {
  private static final Duration STATE_LIFE = Duration.ofMinutes(10);

  private final @Nullable LogLevel level;
  private final JsonNode responses;

  /** What is answered: in earlier rounds, and in this one as far as the handler has asked. */
  private final ObjectNode answered;

  /** Whether this is a first round, or one of a flow without state. */
  private final boolean stateless;

  private final Tasks tasks;

  ModernExchange(Tasks tasks, Incoming request, Outlet outlet, Cancellation cancellation)
      throws McpException {
    super(request, outlet, cancellation);
    this.tasks = tasks;
    JsonNode wanted = request.protocolMeta("logLevel");
    this.level = wanted.isMissingNode() ? null : LogLevel.of(wanted.asText());
    this.responses = request.params().path("inputResponses");
    if (!responses.isMissingNode() && !responses.isObject()) {
      throw McpException.invalidParams("inputResponses must be an object");
    }
    JsonNode state = request.params().path("requestState");
    this.stateless = state.isMissingNode();
    this.answered = stateless ? Json.object() : open(state.asText());
  }

  private ObjectNode open(String sealed) throws McpException {
    return Sealer.open(sealed)
        .filter(state -> state.path("request").asText().equals(digest()))
        .filter(state -> Instant.parse(state.path("expires").asText()).isAfter(Instant.now()))
        .map(state -> (ObjectNode) state.path("answers"))
        .orElseThrow(() -> McpException.invalidParams("Invalid requestState"));
  }

  private String seal() {
    ObjectNode state =
        Json.object()
            .put("request", digest())
            .put("expires", Instant.now().plus(STATE_LIFE).toString());
    state.set("answers", answered);
    return Sealer.seal(state);
  }

  private String digest() {
    String salient =
        request().method() + "\n" + params().path("name") + params().path("uri") + arguments();
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(salient.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }

  @Override
  Map<String, ObjectNode> ask(Question... questions) throws Interruption {
    return ask(false, questions);
  }

  @Override
  Map<String, ObjectNode> askSealed(Question... questions) throws Interruption {
    return ask(true, questions);
  }

  private Map<String, ObjectNode> ask(boolean sealed, Question... questions) throws Interruption {
    // Without the state that went with the question there is nothing to answer.
    boolean heard = !sealed || !stateless;
    ObjectNode missing = Json.object();
    for (Question question : questions) {
      require(question);
      JsonNode response = heard ? responses.path(question.key()) : Json.object().path("none");
      if (response.isObject()) {
        answered.set(question.key(), response);
      } else if (!response.isMissingNode()) {
        throw McpException.invalidParams("inputResponses." + question.key() + " must be an object");
      } else if (!answered.has(question.key())) {
        missing.set(question.key(), question.spoken());
      }
    }
    if (!missing.isEmpty()) {
      throw inputRequired(missing, sealed ? seal() : null);
    }
    Map<String, ObjectNode> answers = new LinkedHashMap<>();
    for (Question question : questions) {
      answers.put(question.key(), (ObjectNode) answered.path(question.key()));
    }
    return answers;
  }

  private static InputRequired inputRequired(ObjectNode requests, @Nullable String state) {
    ObjectNode result = Json.object().put("resultType", "input_required");
    result.set("inputRequests", requests);
    if (state != null) {
      result.put("requestState", state);
    }
    return new InputRequired(ModernRequests.signed(result));
  }

  @Override
  void requireOpened(Question url) throws Interruption {
    ask(url);
  }

  @Override
  ObjectNode asTask(Handler work) throws Interruption {
    return Tasks.declaredBy(request()) ? tasks.start(this, work) : work.handle(this);
  }

  @Override
  void requireTasks() throws McpException {
    Tasks.require(request());
  }

  @Override
  void require(Question question) throws McpException {
    if (!question.suits(clientCapabilities())) {
      throw McpException.missingCapability(question.capability());
    }
  }

  @Override
  McpException resourceNotFound(String uri) {
    return McpException.invalidParams("Resource not found", Json.object().put("uri", uri));
  }

  @Override
  String protocolVersion() {
    return request().protocolMeta("protocolVersion").asText();
  }

  @Override
  JsonNode clientCapabilities() {
    return request().protocolMeta("clientCapabilities");
  }

  @Override
  JsonNode clientInfo() {
    return request().protocolMeta("clientInfo");
  }

  @Override
  @Nullable String sessionId() {
    return null;
  }

  @Override
  boolean logs(LogLevel candidate) {
    return level != null && candidate.compareTo(level) >= 0;
  }
}
