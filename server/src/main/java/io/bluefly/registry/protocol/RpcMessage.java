package io.bluefly.registry.protocol;

import io.bluefly.registry.protocol.JsonScanner.SyntaxException;
import java.math.BigDecimal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One JSON-RPC message as it arrived, with what routing needs to know of it. The bytes stay what
 * they were; values that may have to be rewritten are known by their {@link Span}.
 *
 * <p>Reading checks the whole message (syntax, UTF-8, depth), builds no tree, and refuses batches,
 * repeated members of the envelope, and repeated members further inside that this class knows.
 *
 * <p>Spans are null when the member is absent. What stands there may be of any type: see {@link
 * Span#isObject}, {@link Members}. Texts are null when the member is absent or no string.
 */
public final class RpcMessage {
  /** Characters of ids that are compared as numbers. */
  private static final int MAX_NUMBER = 40;

  /** What a message is. */
  public enum Kind {
    /** Has a method and an id: wants an answer. */
    REQUEST,
    /** Has a method and no id. */
    NOTIFICATION,
    /** Has a result or an error. */
    RESPONSE
  }

  private final byte[] json;
  private final int bodyStart;
  private final @Nullable Span[] parts;
  private final @Nullable String method;
  private final @Nullable String target;
  private final @Nullable String metaVersion;
  private final boolean clientFeatures;
  private final boolean toolError;
  private final int errorCode;

  private RpcMessage(byte[] json, MessageReader reader) {
    this.json = json;
    this.bodyStart = reader.bodyStart();
    this.parts = reader.parts();
    this.method = reader.method();
    this.target = readTarget();
    this.metaVersion = text(Part.META_PROTOCOL_VERSION);
    this.clientFeatures = reader.clientFeatures();
    this.toolError = reader.toolError();
    this.errorCode = reader.errorCode();
  }

  /**
   * Reads a message.
   *
   * @param json the bytes, which the message keeps and nobody may change
   * @throws MalformedMessageException when it is no JSON, a batch, or no JSON-RPC 2.0 message
   */
  public static RpcMessage parse(byte[] json) throws MalformedMessageException {
    if (!Utf8.isValid(json)) {
      throw new MalformedMessageException(
          RpcCode.PARSE_ERROR, "the message is not valid UTF-8 JSON");
    }
    try {
      MessageReader reader = new MessageReader(json);
      reader.read();
      return new RpcMessage(json, reader);
    } catch (SyntaxException e) {
      throw new MalformedMessageException(
          RpcCode.PARSE_ERROR, "the message is not valid JSON: " + e.getMessage());
    }
  }

  private @Nullable Span part(Part part) {
    return parts[part.index()];
  }

  private @Nullable String text(Part part) {
    Span span = part(part);
    return span == null ? null : Members.text(json, span);
  }

  /** Reads what the registry has written itself, which is a message. */
  public static RpcMessage ofOwn(byte[] json) {
    try {
      return parse(json);
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("own message: " + e.getMessage(), e);
    }
  }

  /** What this message is. */
  public Kind kind() {
    if (method == null) {
      return Kind.RESPONSE;
    }
    return id() == null ? Kind.NOTIFICATION : Kind.REQUEST;
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
    Span id = part(Part.ID);
    return id == null || json[id.start()] == 'n' ? null : id;
  }

  /** The id's JSON text, {@code null} (the JSON word) when there is none. */
  public String idText() {
    Span id = id();
    return id == null ? "null" : id.text(json);
  }

  /**
   * Whether this is a response to {@code request}: its id is the request's, as text or as a number,
   * or it is an error of somebody who could not read the id.
   */
  public boolean answers(RpcMessage request) {
    Span said = id();
    if (kind() != Kind.RESPONSE || request.id() == null) {
      return false;
    }
    return said == null ? error() != null : isSame(said, request) || isSameId(said, request);
  }

  private boolean isSame(Span said, RpcMessage request) {
    Span asked = request.id();
    return asked != null
        && Arrays.equals(json, said.start(), said.end(), request.json, asked.start(), asked.end());
  }

  private boolean isSameId(Span at, RpcMessage request) {
    String said = at.text(json);
    String asked = request.idText();
    try {
      byte[] other = Json.bytes(asked);
      String text = Members.text(json, at);
      String otherText = Members.text(other, new Span(0, other.length));
      if (text != null && otherText != null) {
        // As UTF-8: half of a surrogate pair does not survive every server.
        return Arrays.equals(Json.bytes(text), Json.bytes(otherText));
      }
      return text == null
          && otherText == null
          && said.length() <= MAX_NUMBER
          && asked.length() <= MAX_NUMBER
          && new BigDecimal(said).compareTo(new BigDecimal(asked)) == 0;
    } catch (ArithmeticException | NumberFormatException e) {
      return false;
    }
  }

  /** The method of a request or a notification, empty in a response. */
  public String method() {
    return method == null ? "" : method;
  }

  /** The {@code params} as they stand. */
  public @Nullable Span params() {
    return part(Part.PARAMS);
  }

  /** The {@code result} as it stands. */
  public @Nullable Span result() {
    return part(Part.RESULT);
  }

  /** The {@code error} as it stands. */
  public @Nullable Span error() {
    return part(Part.ERROR);
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
    return resultTypeSpan() != null;
  }

  /** {@code result.protocolVersion} of an answer to {@code initialize}. */
  public @Nullable Span resultVersion() {
    return part(Part.RESULT_VERSION);
  }

  /**
   * What the request is about: the tool's or prompt's name, the resource's URI, the task's id; what
   * {@code Mcp-Name} repeats.
   */
  public @Nullable String target() {
    return target;
  }

  private @Nullable String readTarget() {
    return switch (method) {
      case "tools/call", "prompts/get" -> text(Part.NAME);
      case "resources/read", "resources/subscribe", "resources/unsubscribe" -> text(Part.URI);
      case "notifications/resources/updated" -> text(Part.URI);
      case "tasks/get", "tasks/update", "tasks/cancel" -> text(Part.TASK_ID);
      case null, default -> null;
    };
  }

  /** {@code params.level}, a log level. */
  public @Nullable String level() {
    return text(Part.LEVEL);
  }

  /** {@code params.requestId} of a cancellation. */
  public @Nullable Span requestId() {
    return part(Part.REQUEST_ID);
  }

  /** The progress token: of a request in its {@code _meta}, of a progress notification itself. */
  public @Nullable Span progressToken() {
    return part(
        method().equals("notifications/progress") ? Part.PROGRESS_TOKEN : Part.META_PROGRESS_TOKEN);
  }

  /** {@code _meta["io.modelcontextprotocol/subscriptionId"]} of a notification or a result. */
  public @Nullable Span subscriptionId() {
    return part(Part.META_SUBSCRIPTION_ID);
  }

  /** {@code params.protocolVersion}, of {@code initialize}. */
  public @Nullable String initializeVersion() {
    return text(Part.PROTOCOL_VERSION);
  }

  /** {@code _meta["io.modelcontextprotocol/protocolVersion"]}: the message is modern. */
  public @Nullable String metaVersion() {
    return metaVersion;
  }

  /** Whether {@code _meta} declares the client's capabilities. */
  public boolean hasMetaCapabilities() {
    Span capabilities = part(Part.META_CAPABILITIES);
    return capabilities != null && capabilities.isObject(json);
  }

  /** Whether {@code _meta} asks for log messages. */
  public boolean wantsLog() {
    return logLevelSpan() != null;
  }

  /** Whether {@code initialize} declares sampling, elicitation or roots. */
  public boolean declaresClientFeatures() {
    return clientFeatures;
  }

  /** The era that the message itself shows: modern with a version in {@code _meta}. */
  public Era era() {
    return metaVersion() == null ? Era.LEGACY : Era.MODERN;
  }

  /** {@code params.name}: the tool or prompt that the request names. */
  public @Nullable Span nameSpan() {
    return part(Part.NAME);
  }

  /** {@code params.uri}: the resource that the request names. */
  public @Nullable Span uriSpan() {
    return part(Part.URI);
  }

  /**
   * {@code params.taskId} of a request or of {@code notifications/tasks}, {@code result.taskId} of
   * a response (of a created task and of the state of one).
   */
  public @Nullable Span taskIdSpan() {
    return part(Part.TASK_ID);
  }

  /** The decoded text at {@link #taskIdSpan()}; null also when it is no string. */
  public @Nullable String taskId() {
    return text(Part.TASK_ID);
  }

  /** {@code params.arguments} of a tool call or of {@code prompts/get}. */
  public @Nullable Span argumentsSpan() {
    return part(Part.ARGUMENTS);
  }

  /** {@code params.ref.type} of a completion; null also when it is no string. */
  public @Nullable String refType() {
    return text(Part.REF_TYPE);
  }

  /** {@code params.ref.name}: the prompt that a completion is for. */
  public @Nullable Span refNameSpan() {
    return part(Part.REF_NAME);
  }

  /** The decoded text at {@link #refNameSpan()}; null also when it is no string. */
  public @Nullable String refName() {
    return text(Part.REF_NAME);
  }

  /** {@code params.ref.uri}: the resource template that a completion is for. */
  public @Nullable Span refUriSpan() {
    return part(Part.REF_URI);
  }

  /** The decoded text at {@link #refUriSpan()}; null also when it is no string. */
  public @Nullable String refUri() {
    return text(Part.REF_URI);
  }

  /** {@code params.cursor} of a list request. */
  public @Nullable Span cursorSpan() {
    return part(Part.CURSOR);
  }

  /** The decoded text at {@link #cursorSpan()}; null also when it is no string. */
  public @Nullable String cursor() {
    return text(Part.CURSOR);
  }

  /** {@code requestState} of a retried request's params or of an {@code input_required} result. */
  public @Nullable Span requestStateSpan() {
    return part(Part.REQUEST_STATE);
  }

  /** The decoded text at {@link #requestStateSpan()}; null also when it is no string. */
  public @Nullable String requestState() {
    return text(Part.REQUEST_STATE);
  }

  /** {@code params.inputResponses} of a retried request or of {@code tasks/update}. */
  public @Nullable Span inputResponsesSpan() {
    return part(Part.INPUT_RESPONSES);
  }

  /**
   * {@code result.inputRequests} of a response, or {@code params.inputRequests} of {@code
   * notifications/tasks}.
   */
  public @Nullable Span inputRequestsSpan() {
    return part(Part.INPUT_REQUESTS);
  }

  /** {@code params.notifications} of {@code subscriptions/listen} and its acknowledgement. */
  public @Nullable Span notificationsSpan() {
    return part(Part.NOTIFICATIONS);
  }

  /** {@code params._meta} or {@code result._meta}. */
  public @Nullable Span metaSpan() {
    return part(Part.META);
  }

  /**
   * The client's capabilities: in {@code _meta} of a modern request, else in the params of {@code
   * initialize}.
   */
  public @Nullable Span capabilitiesSpan() {
    return metaOrInitialize(Part.META_CAPABILITIES, Part.CAPABILITIES);
  }

  /** The client's name and version, where {@link #capabilitiesSpan()} would be. */
  public @Nullable Span clientInfoSpan() {
    return metaOrInitialize(Part.META_CLIENT_INFO, Part.CLIENT_INFO);
  }

  private @Nullable Span metaOrInitialize(Part meta, Part params) {
    Span inMeta = part(meta);
    return inMeta == null && method().equals("initialize") ? part(params) : inMeta;
  }

  /**
   * {@code _meta["io.modelcontextprotocol/logLevel"]}: the log messages that a request asks for.
   */
  public @Nullable Span logLevelSpan() {
    return part(Part.META_LOG_LEVEL);
  }

  /** {@code result.resultType}. */
  public @Nullable Span resultTypeSpan() {
    return part(Part.RESULT_TYPE);
  }

  /** The decoded text at {@link #resultTypeSpan()}; null also when it is no string. */
  public @Nullable String resultType() {
    return text(Part.RESULT_TYPE);
  }

  /** {@code result.nextCursor} of a list. */
  public @Nullable Span nextCursorSpan() {
    return part(Part.NEXT_CURSOR);
  }
}
