package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** A request inside a session: the client is asked on the stream of the call. */
final class LegacyExchange extends Exchange {
  private final LegacySession session;

  LegacyExchange(
      LegacySession session, Incoming request, Outlet outlet, Cancellation cancellation) {
    super(request, outlet, cancellation);
    this.session = session;
  }

  @Override
  Map<String, ObjectNode> ask(Question... questions) throws Interruption {
    Map<String, ObjectNode> answers = new LinkedHashMap<>();
    for (Question question : questions) {
      require(question);
      answers.put(
          question.key(),
          session.ask(outlet(), question.method(), question.params(), cancellation()));
    }
    return answers;
  }

  @Override
  Map<String, ObjectNode> askSealed(Question... questions) throws Interruption {
    return ask(questions);
  }

  @Override
  void requireOpened(Question url) throws McpException {
    require(url);
    ObjectNode data = Json.object();
    data.putArray("elicitations").add(url.params());
    throw McpException.urlElicitationRequired(data);
  }

  @Override
  ObjectNode asTask(Handler work) throws Interruption {
    return work.handle(this);
  }

  @Override
  void requireTasks() throws McpException {
    throw McpException.invalidRequest("this works as a task only, which 2026-07-28 has brought");
  }

  @Override
  void require(Question question) throws McpException {
    if (!question.suits(clientCapabilities())) {
      throw McpException.invalidRequest("the client does not support " + question.method());
    }
  }

  @Override
  McpException resourceNotFound(String uri) {
    return McpException.legacyResourceNotFound(Json.object().put("uri", uri));
  }

  @Override
  String protocolVersion() {
    return session.protocolVersion();
  }

  @Override
  JsonNode clientCapabilities() {
    return session.client().path("capabilities");
  }

  @Override
  JsonNode clientInfo() {
    return session.client().path("clientInfo");
  }

  @Override
  String sessionId() {
    return session.id();
  }

  @Override
  boolean logs(LogLevel level) {
    return session.logs(level);
  }
}
