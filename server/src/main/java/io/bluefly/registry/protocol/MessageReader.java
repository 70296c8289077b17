package io.bluefly.registry.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks once over a message and notes where its {@linkplain Part parts} stand. A part that stands
 * there twice is refused: of two readers one might take the first and the other the last.
 */
final class MessageReader {
  private static final Set<String> CLIENT_FEATURES = Set.of("sampling", "elicitation", "roots");

  private final JsonParser parser;
  private final @Nullable Span[] parts = new @Nullable Span[Part.COUNT];
  private @Nullable Set<String> unknown;
  private int bodyStart;
  private @Nullable String method;
  private boolean versioned;
  private boolean clientFeatures;
  private boolean toolError;
  private int errorCode;

  MessageReader(JsonParser parser) {
    this.parser = parser;
  }

  void read() throws IOException, MalformedMessageException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw new MalformedMessageException(RpcCode.PARSE_ERROR, "nothing is no JSON");
    }
    if (first == JsonToken.START_ARRAY) {
      throw invalid("batches are not allowed; send one message at a time");
    }
    if (first != JsonToken.START_OBJECT) {
      throw invalid("a message is a JSON object");
    }
    bodyStart = end();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String member = parser.currentName();
      readEnvelope(member, parser.nextToken());
    }
    if (parser.nextToken() != null) {
      throw invalid("text follows the message");
    }
    check();
  }

  private void check() throws MalformedMessageException {
    if (!versioned) {
      throw invalid("member 'jsonrpc' must be \"2.0\"");
    }
    boolean answer = has(Part.RESULT) || has(Part.ERROR);
    if (method == null && !answer) {
      throw invalid("a message has a 'method', a 'result' or an 'error'");
    }
    if (method != null && answer) {
      throw invalid("a message has either a 'method' or a 'result' or 'error'");
    }
    if (answer && has(Part.PARAMS)) {
      throw invalid("a response has no 'params'");
    }
  }

  private void readEnvelope(String member, JsonToken value)
      throws IOException, MalformedMessageException {
    switch (member) {
      case "jsonrpc" -> {
        versioned = value == JsonToken.VALUE_STRING && "2.0".equals(parser.getText());
        keep(Part.JSONRPC);
      }
      case "id" -> readId(value);
      case "method" -> {
        if (value != JsonToken.VALUE_STRING) {
          throw invalid("member 'method' must be a string");
        }
        method = parser.getText();
        keep(Part.METHOD);
      }
      case "params" -> keepObject(Part.PARAMS, value, MessageReader::readParam);
      case "result" -> keepObject(Part.RESULT, value, MessageReader::readResult);
      case "error" -> keepObject(Part.ERROR, value, MessageReader::readError);
      default -> {
        if (unknown == null) {
          unknown = new HashSet<>();
        }
        if (!unknown.add(member)) {
          throw twice(member);
        }
        parser.skipChildren();
      }
    }
  }

  private void readId(JsonToken value) throws IOException, MalformedMessageException {
    if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NULL && !value.isNumeric()) {
      throw invalid("member 'id' must be a string or a number");
    }
    keep(Part.ID);
  }

  private void readParam(String member, JsonToken value)
      throws IOException, MalformedMessageException {
    switch (member) {
      case "name" -> keep(Part.NAME);
      case "uri" -> keep(Part.URI);
      case "taskId" -> keep(Part.TASK_ID);
      case "arguments" -> keep(Part.ARGUMENTS);
      case "ref" -> keepObject(Part.REF, value, MessageReader::readRef);
      case "cursor" -> keep(Part.CURSOR);
      case "requestState" -> keep(Part.REQUEST_STATE);
      case "inputRequests" -> keep(Part.INPUT_REQUESTS);
      case "inputResponses" -> keep(Part.INPUT_RESPONSES);
      case "notifications" -> keep(Part.NOTIFICATIONS);
      case "level" -> keep(Part.LEVEL);
      case "requestId" -> keep(Part.REQUEST_ID);
      case "progressToken" -> keep(Part.PROGRESS_TOKEN);
      case "protocolVersion" -> keep(Part.PROTOCOL_VERSION);
      case "capabilities" -> keepObject(Part.CAPABILITIES, value, MessageReader::readClientFeature);
      case "clientInfo" -> keep(Part.CLIENT_INFO);
      case "_meta" -> keepObject(Part.META, value, MessageReader::readMeta);
      default -> parser.skipChildren();
    }
  }

  private void readRef(String member, JsonToken value)
      throws IOException, MalformedMessageException {
    switch (member) {
      case "type" -> keep(Part.REF_TYPE);
      case "name" -> keep(Part.REF_NAME);
      case "uri" -> keep(Part.REF_URI);
      default -> parser.skipChildren();
    }
  }

  private void readClientFeature(String member, JsonToken value) throws IOException {
    clientFeatures |= CLIENT_FEATURES.contains(member) && value == JsonToken.START_OBJECT;
    parser.skipChildren();
  }

  private void readMeta(String member, JsonToken value)
      throws IOException, MalformedMessageException {
    switch (member) {
      case "progressToken" -> keep(Part.META_PROGRESS_TOKEN);
      case "io.modelcontextprotocol/protocolVersion" -> keep(Part.META_PROTOCOL_VERSION);
      case "io.modelcontextprotocol/clientCapabilities" -> keep(Part.META_CAPABILITIES);
      case "io.modelcontextprotocol/clientInfo" -> keep(Part.META_CLIENT_INFO);
      case "io.modelcontextprotocol/logLevel" -> keep(Part.META_LOG_LEVEL);
      case "io.modelcontextprotocol/subscriptionId" -> keep(Part.META_SUBSCRIPTION_ID);
      default -> parser.skipChildren();
    }
  }

  private void readResult(String member, JsonToken value)
      throws IOException, MalformedMessageException {
    switch (member) {
      case "isError" -> {
        toolError = value == JsonToken.VALUE_TRUE;
        keep(Part.IS_ERROR);
      }
      case "resultType" -> keep(Part.RESULT_TYPE);
      case "requestState" -> keep(Part.REQUEST_STATE);
      case "inputRequests" -> keep(Part.INPUT_REQUESTS);
      case "nextCursor" -> keep(Part.NEXT_CURSOR);
      case "taskId" -> keep(Part.TASK_ID);
      case "protocolVersion" -> keep(Part.RESULT_VERSION);
      case "_meta" -> keepObject(Part.META, value, MessageReader::readMeta);
      default -> parser.skipChildren();
    }
  }

  private void readError(String member, JsonToken value)
      throws IOException, MalformedMessageException {
    if (!member.equals("code")) {
      parser.skipChildren();
      return;
    }
    if (value == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() == JsonParser.NumberType.INT) {
      errorCode = parser.getIntValue();
    }
    keep(Part.ERROR_CODE);
  }

  @FunctionalInterface
  private interface Member {
    void read(MessageReader reader, String member, JsonToken value)
        throws IOException, MalformedMessageException;
  }

  private void keep(Part part) throws IOException, MalformedMessageException {
    int start = start();
    parser.skipChildren();
    parser.finishToken();
    put(part, start);
  }

  private void keepObject(Part part, JsonToken value, Member members)
      throws IOException, MalformedMessageException {
    if (value != JsonToken.START_OBJECT) {
      keep(part);
      return;
    }
    int start = start();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String member = parser.currentName();
      members.read(this, member, parser.nextToken());
    }
    put(part, start);
  }

  private void put(Part part, int start) throws MalformedMessageException {
    if (has(part)) {
      throw twice(part.member());
    }
    parts[part.index()] = new Span(start, end());
  }

  private boolean has(Part part) {
    return parts[part.index()] != null;
  }

  private int start() {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  private int end() {
    return (int) parser.currentLocation().getByteOffset();
  }

  private static MalformedMessageException twice(String member) {
    return invalid("member '" + member + "' stands there twice");
  }

  private static MalformedMessageException invalid(String why) {
    return new MalformedMessageException(RpcCode.INVALID_REQUEST, why);
  }

  @Nullable Span[] parts() {
    return parts;
  }

  int bodyStart() {
    return bodyStart;
  }

  @Nullable String method() {
    return method;
  }

  boolean clientFeatures() {
    return clientFeatures;
  }

  boolean toolError() {
    return toolError;
  }

  int errorCode() {
    return errorCode;
  }
}
