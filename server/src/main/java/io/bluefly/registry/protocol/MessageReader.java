package io.bluefly.registry.protocol;

import io.bluefly.registry.protocol.JsonScanner.SyntaxException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks once over a message and notes where its {@linkplain Part parts} stand. A part that stands
 * there twice is refused: of two readers one might take the first and the other the last.
 */
final class MessageReader {
  private static final Set<String> CLIENT_FEATURES = Set.of("sampling", "elicitation", "roots");

  /** Members beside those of JSON-RPC, whose names are kept while the message is read. */
  private static final int MAX_UNKNOWN = 1_000;

  private final byte[] json;
  private final JsonScanner scanner;
  private final @Nullable Span[] parts = new @Nullable Span[Part.COUNT];
  private @Nullable Set<String> unknown;
  private int bodyStart;
  private @Nullable String method;
  private boolean versioned;
  private boolean clientFeatures;
  private boolean toolError;
  private int errorCode;

  MessageReader(byte[] json) {
    this.json = json;
    this.scanner = new JsonScanner(json);
  }

  void read() throws SyntaxException, MalformedMessageException {
    int first = scanner.peek();
    if (first == JsonScanner.END) {
      throw new MalformedMessageException(RpcCode.PARSE_ERROR, "nothing is no JSON");
    }
    if (first == '[') {
      throw invalid("batches are not allowed; send one message at a time");
    }
    if (first != '{') {
      scanner.skip();
      throw invalid("a message is a JSON object");
    }
    scanner.enter();
    bodyStart = scanner.position();
    for (String member = scanner.nextMember(); member != null; member = scanner.nextMember()) {
      readEnvelope(member, scanner.peek());
    }
    if (scanner.peek() != JsonScanner.END) {
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

  private void readEnvelope(String member, int first)
      throws SyntaxException, MalformedMessageException {
    switch (member) {
      case "jsonrpc" -> {
        int start = scanner.position();
        versioned = "2.0".equals(scanner.string());
        put(Part.JSONRPC, start);
      }
      case "id" -> readId(first);
      case "method" -> {
        int start = scanner.position();
        method = scanner.string();
        if (method == null) {
          throw invalid("member 'method' must be a string");
        }
        put(Part.METHOD, start);
      }
      case "params" -> keepObject(Part.PARAMS, first, MessageReader::readParam);
      case "result" -> keepObject(Part.RESULT, first, MessageReader::readResult);
      case "error" -> keepObject(Part.ERROR, first, MessageReader::readError);
      default -> {
        if (unknown == null) {
          unknown = new HashSet<>();
        }
        if (!unknown.add(member)) {
          throw twice(member);
        }
        if (unknown.size() > MAX_UNKNOWN) {
          throw invalid("a message has " + MAX_UNKNOWN + " members of its own at most");
        }
        scanner.skip();
      }
    }
  }

  private void readId(int first) throws SyntaxException, MalformedMessageException {
    if (first != '"' && first != 'n' && first != '-' && !Character.isDigit(first)) {
      throw invalid("member 'id' must be a string or a number");
    }
    keep(Part.ID);
  }

  private void readParam(String member, int first)
      throws SyntaxException, MalformedMessageException {
    switch (member) {
      case "name" -> keep(Part.NAME);
      case "uri" -> keep(Part.URI);
      case "taskId" -> keep(Part.TASK_ID);
      case "arguments" -> keep(Part.ARGUMENTS);
      case "ref" -> keepObject(Part.REF, first, MessageReader::readRef);
      case "cursor" -> keep(Part.CURSOR);
      case "requestState" -> keep(Part.REQUEST_STATE);
      case "inputRequests" -> keep(Part.INPUT_REQUESTS);
      case "inputResponses" -> keep(Part.INPUT_RESPONSES);
      case "notifications" -> keep(Part.NOTIFICATIONS);
      case "level" -> keep(Part.LEVEL);
      case "requestId" -> keep(Part.REQUEST_ID);
      case "progressToken" -> keep(Part.PROGRESS_TOKEN);
      case "protocolVersion" -> keep(Part.PROTOCOL_VERSION);
      case "capabilities" -> keepObject(Part.CAPABILITIES, first, MessageReader::readClientFeature);
      case "clientInfo" -> keep(Part.CLIENT_INFO);
      case "_meta" -> keepObject(Part.META, first, MessageReader::readMeta);
      default -> scanner.skip();
    }
  }

  private void readRef(String member, int first) throws SyntaxException, MalformedMessageException {
    switch (member) {
      case "type" -> keep(Part.REF_TYPE);
      case "name" -> keep(Part.REF_NAME);
      case "uri" -> keep(Part.REF_URI);
      default -> scanner.skip();
    }
  }

  private void readClientFeature(String member, int first) throws SyntaxException {
    clientFeatures |= CLIENT_FEATURES.contains(member) && first == '{';
    scanner.skip();
  }

  private void readMeta(String member, int first)
      throws SyntaxException, MalformedMessageException {
    switch (member) {
      case "progressToken" -> keep(Part.META_PROGRESS_TOKEN);
      case "io.modelcontextprotocol/protocolVersion" -> keep(Part.META_PROTOCOL_VERSION);
      case "io.modelcontextprotocol/clientCapabilities" -> keep(Part.META_CAPABILITIES);
      case "io.modelcontextprotocol/clientInfo" -> keep(Part.META_CLIENT_INFO);
      case "io.modelcontextprotocol/logLevel" -> keep(Part.META_LOG_LEVEL);
      case "io.modelcontextprotocol/subscriptionId" -> keep(Part.META_SUBSCRIPTION_ID);
      default -> scanner.skip();
    }
  }

  private void readResult(String member, int first)
      throws SyntaxException, MalformedMessageException {
    switch (member) {
      case "isError" -> {
        toolError = first == 't';
        keep(Part.IS_ERROR);
      }
      case "resultType" -> keep(Part.RESULT_TYPE);
      case "requestState" -> keep(Part.REQUEST_STATE);
      case "inputRequests" -> keep(Part.INPUT_REQUESTS);
      case "nextCursor" -> keep(Part.NEXT_CURSOR);
      case "taskId" -> keep(Part.TASK_ID);
      case "protocolVersion" -> keep(Part.RESULT_VERSION);
      case "_meta" -> keepObject(Part.META, first, MessageReader::readMeta);
      default -> scanner.skip();
    }
  }

  private void readError(String member, int first)
      throws SyntaxException, MalformedMessageException {
    if (!member.equals("code")) {
      scanner.skip();
      return;
    }
    int start = scanner.position();
    scanner.skip();
    errorCode = number(start);
    put(Part.ERROR_CODE, start);
  }

  /** The value behind {@code start}; 0 when it is no 32-bit integer. */
  private int number(int start) {
    try {
      return Integer.parseInt(new Span(start, scanner.position()).text(json));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  @FunctionalInterface
  private interface Member {
    void read(MessageReader reader, String member, int first)
        throws SyntaxException, MalformedMessageException;
  }

  private void keep(Part part) throws SyntaxException, MalformedMessageException {
    int start = scanner.position();
    scanner.skip();
    put(part, start);
  }

  private void keepObject(Part part, int first, Member members)
      throws SyntaxException, MalformedMessageException {
    if (first != '{') {
      keep(part);
      return;
    }
    int start = scanner.position();
    scanner.enter();
    for (String member = scanner.nextMember(); member != null; member = scanner.nextMember()) {
      members.read(this, member, scanner.peek());
    }
    put(part, start);
  }

  private void put(Part part, int start) throws MalformedMessageException {
    if (has(part)) {
      throw twice(part.member());
    }
    parts[part.index()] = new Span(start, scanner.position());
  }

  private boolean has(Part part) {
    return parts[part.index()] != null;
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
