package io.bluefly.registry.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One JSON-RPC message as it arrived, with what routing needs to know of it. The bytes stay what
 * they were; values that may have to be rewritten are known by their {@link Span}.
 *
 * <p>Reading checks the whole message (syntax, UTF-8, depth), builds no tree, and refuses batches
 * and repeated members of the envelope.
 */
public final class RpcMessage {
  /** What a message is. */
  public enum Kind {
    /** Has a method and an id: wants an answer. */
    REQUEST,
    /** Has a method and no id. */
    NOTIFICATION,
    /** Has a result or an error. */
    RESPONSE
  }

  private static final Set<String> CLIENT_FEATURES = Set.of("sampling", "elicitation", "roots");

  private final byte[] json;
  private int bodyStart;
  private @Nullable Span id;
  private @Nullable String method;
  private @Nullable Span params;
  private @Nullable Span result;
  private @Nullable Span error;
  private int errorCode;
  private boolean toolError;
  private @Nullable String name;
  private @Nullable String uri;
  private @Nullable String taskId;
  private @Nullable String level;
  private @Nullable Span requestId;
  private @Nullable Span progressToken;
  private @Nullable Span subscriptionId;
  private @Nullable String initializeVersion;
  private @Nullable String metaVersion;
  private boolean metaCapabilities;
  private boolean metaLogLevel;
  private boolean resultType;
  private boolean clientFeatures;
  private @Nullable Span resultVersion;

  private RpcMessage(byte[] json) {
    this.json = json;
  }

  /**
   * Reads a message.
   *
   * @param json the bytes, which the message keeps and nobody may change
   * @throws MalformedMessageException when it is no JSON, a batch, or no JSON-RPC 2.0 message
   */
  public static RpcMessage parse(byte[] json) throws MalformedMessageException {
    RpcMessage message = new RpcMessage(json);
    try (JsonParser parser = Json.FACTORY.createParser(json)) {
      message.read(parser);
    } catch (JsonProcessingException e) {
      throw new MalformedMessageException(
          RpcCode.PARSE_ERROR,
          "the message is not valid JSON: "
              + e.getOriginalMessage().lines().findFirst().orElse("syntax error"));
    } catch (IOException e) {
      throw new MalformedMessageException(
          RpcCode.PARSE_ERROR, "the message is not valid UTF-8 JSON");
    }
    return message;
  }

  private void read(JsonParser parser) throws IOException, MalformedMessageException {
    JsonToken first = parser.nextToken();
    if (first == JsonToken.START_ARRAY) {
      throw invalid("batches are not allowed; send one message at a time");
    }
    if (first != JsonToken.START_OBJECT) {
      throw invalid("a message is a JSON object");
    }
    bodyStart = end(parser);
    boolean versioned = false;
    Set<String> seen = new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      if (!seen.add(field)) {
        throw invalid("member '" + field + "' stands there twice");
      }
      JsonToken value = parser.nextToken();
      switch (field) {
        case "jsonrpc" -> {
          versioned = value == JsonToken.VALUE_STRING && "2.0".equals(parser.getText());
          parser.skipChildren();
        }
        case "id" -> readId(parser, value);
        case "method" -> method = string(parser, value);
        case "params" -> params = object(parser, value, this::readParam);
        case "result" -> result = object(parser, value, this::readResult);
        case "error" -> error = object(parser, value, this::readError);
        default -> parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw invalid("text follows the message");
    }
    if (!versioned) {
      throw invalid("member 'jsonrpc' must be \"2.0\"");
    }
    if (method == null && result == null && error == null) {
      throw invalid("a message has a 'method', a 'result' or an 'error'");
    }
    if (method != null && (result != null || error != null)) {
      throw invalid("a message has either a 'method' or a 'result' or 'error'");
    }
  }

  private void readId(JsonParser parser, JsonToken value)
      throws IOException, MalformedMessageException {
    switch (value) {
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> id = span(parser);
      case VALUE_NULL -> {}
      default -> throw invalid("member 'id' must be a string or a number");
    }
  }

  private void readParam(JsonParser parser, String field, JsonToken value) throws IOException {
    switch (field) {
      case "name" -> name = string(parser, value);
      case "uri" -> uri = string(parser, value);
      case "taskId" -> taskId = string(parser, value);
      case "level" -> level = string(parser, value);
      case "requestId" -> requestId = span(parser);
      case "progressToken" -> progressToken = span(parser);
      case "protocolVersion" -> initializeVersion = string(parser, value);
      case "capabilities" -> object(parser, value, this::readClientFeature);
      case "_meta" -> object(parser, value, this::readMeta);
      default -> parser.skipChildren();
    }
  }

  private void readMeta(JsonParser parser, String field, JsonToken value) throws IOException {
    switch (field) {
      case "progressToken" -> progressToken = span(parser);
      case "io.modelcontextprotocol/protocolVersion" -> metaVersion = string(parser, value);
      case "io.modelcontextprotocol/clientCapabilities" -> {
        metaCapabilities = value == JsonToken.START_OBJECT;
        parser.skipChildren();
      }
      case "io.modelcontextprotocol/logLevel" -> {
        metaLogLevel = true;
        parser.skipChildren();
      }
      case "io.modelcontextprotocol/subscriptionId" -> subscriptionId = span(parser);
      default -> parser.skipChildren();
    }
  }

  private void readClientFeature(JsonParser parser, String field, JsonToken value)
      throws IOException {
    clientFeatures |= CLIENT_FEATURES.contains(field) && value == JsonToken.START_OBJECT;
    parser.skipChildren();
  }

  private void readResult(JsonParser parser, String field, JsonToken value) throws IOException {
    switch (field) {
      case "isError" -> toolError = value == JsonToken.VALUE_TRUE;
      case "resultType" -> resultType = true;
      case "protocolVersion" -> {
        resultVersion = span(parser);
        return;
      }
      case "_meta" -> {
        object(parser, value, this::readMeta);
        return;
      }
      default -> {}
    }
    parser.skipChildren();
  }

  private void readError(JsonParser parser, String field, JsonToken value) throws IOException {
    if (field.equals("code") && value == JsonToken.VALUE_NUMBER_INT) {
      errorCode = parser.getValueAsInt();
    }
    parser.skipChildren();
  }

  @FunctionalInterface
  private interface Member {
    void read(JsonParser parser, String field, JsonToken value) throws IOException;
  }

  private static Span object(JsonParser parser, JsonToken value, Member member) throws IOException {
    int start = start(parser);
    if (value == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        member.read(parser, field, parser.nextToken());
      }
    } else {
      parser.skipChildren();
      parser.finishToken();
    }
    return new Span(start, end(parser));
  }

  private static @Nullable String string(JsonParser parser, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_STRING) {
      return parser.getText();
    }
    parser.skipChildren();
    return null;
  }

  private static Span span(JsonParser parser) throws IOException {
    int start = start(parser);
    parser.skipChildren();
    parser.finishToken();
    return new Span(start, end(parser));
  }

  private static int start(JsonParser parser) {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  private static int end(JsonParser parser) {
    return (int) parser.currentLocation().getByteOffset();
  }

  private static MalformedMessageException invalid(String why) {
    return new MalformedMessageException(RpcCode.INVALID_REQUEST, why);
  }

  /** What this message is. */
  public Kind kind() {
    if (method == null) {
      return Kind.RESPONSE;
    }
    return id == null ? Kind.NOTIFICATION : Kind.REQUEST;
  }

  /** The message as it arrived. */
  public byte[] json() {
    return json;
  }

  /** Right behind the message's opening brace. */
  public int bodyStart() {
    return bodyStart;
  }

  /** The request's or response's id; none in a notification. */
  public @Nullable Span id() {
    return id;
  }

  /** The id's JSON text, {@code null} (the JSON word) when there is none. */
  public String idText() {
    return id == null ? "null" : id.text(json);
  }

  /** The method of a request or a notification, empty in a response. */
  public String method() {
    return method == null ? "" : method;
  }

  /** The {@code params} as they stand. */
  public @Nullable Span params() {
    return params;
  }

  /** The {@code result} as it stands. */
  public @Nullable Span result() {
    return result;
  }

  /** The {@code error} as it stands. */
  public @Nullable Span error() {
    return error;
  }

  /** The code of the {@code error}, 0 without one. */
  public int errorCode() {
    return errorCode;
  }

  /** Whether the result says that the tool failed ({@code isError}). */
  public boolean toolError() {
    return toolError;
  }

  /** Whether the result has a {@code resultType}. */
  public boolean hasResultType() {
    return resultType;
  }

  /** {@code result.protocolVersion} of an answer to {@code initialize}. */
  public @Nullable Span resultVersion() {
    return resultVersion;
  }

  /**
   * What the request is about: the tool's or prompt's name, the resource's URI, the task's id; what
   * {@code Mcp-Name} repeats.
   */
  public @Nullable String target() {
    return switch (method()) {
      case "tools/call", "prompts/get" -> name;
      case "resources/read", "resources/subscribe", "resources/unsubscribe" -> uri;
      case "notifications/resources/updated" -> uri;
      case "tasks/get", "tasks/update", "tasks/cancel", "tasks/result" -> taskId;
      default -> null;
    };
  }

  /** {@code params.level}, a log level. */
  public @Nullable String level() {
    return level;
  }

  /** {@code params.requestId} of a cancellation. */
  public @Nullable Span requestId() {
    return requestId;
  }

  /** The progress token: of a request in its {@code _meta}, of a progress notification itself. */
  public @Nullable Span progressToken() {
    return progressToken;
  }

  /** {@code _meta["io.modelcontextprotocol/subscriptionId"]} of a notification or a result. */
  public @Nullable Span subscriptionId() {
    return subscriptionId;
  }

  /** {@code params.protocolVersion}, of {@code initialize}. */
  public @Nullable String initializeVersion() {
    return initializeVersion;
  }

  /** {@code _meta["io.modelcontextprotocol/protocolVersion"]}: the message is modern. */
  public @Nullable String metaVersion() {
    return metaVersion;
  }

  /** Whether {@code _meta} declares the client's capabilities. */
  public boolean hasMetaCapabilities() {
    return metaCapabilities;
  }

  /** Whether {@code _meta} asks for log messages. */
  public boolean wantsLog() {
    return metaLogLevel;
  }

  /** Whether {@code initialize} declares sampling, elicitation or roots. */
  public boolean declaresClientFeatures() {
    return clientFeatures;
  }

  /** The era that the message itself shows: modern with a version in {@code _meta}. */
  public Era era() {
    return metaVersion == null ? Era.LEGACY : Era.MODERN;
  }
}
