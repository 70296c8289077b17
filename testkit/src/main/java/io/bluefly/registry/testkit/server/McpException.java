package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A JSON-RPC error, and the HTTP status that goes with it in the modern era. */
final class McpException extends Interruption {
  private static final long serialVersionUID = 1;
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int SERVER_ERROR = 500;

  private final int code;
  private final int status;
  private final transient @Nullable JsonNode data;

  private McpException(int code, int status, String message, @Nullable JsonNode data) {
    super(message);
    this.code = code;
    this.status = status;
    this.data = data;
  }

  static McpException notJson(String why) {
    return new McpException(-32700, BAD_REQUEST, "Parse error: " + why, null);
  }

  static McpException invalidRequest(String why) {
    return new McpException(-32600, BAD_REQUEST, "Invalid request: " + why, null);
  }

  static McpException unknownMethod(String method) {
    return new McpException(-32601, NOT_FOUND, "Method not found: " + method, null);
  }

  static McpException invalidParams(String why) {
    return new McpException(-32602, OK, why, null);
  }

  static McpException invalidParams(String why, JsonNode data) {
    return new McpException(-32602, OK, why, data);
  }

  static McpException missingMeta(String why, JsonNode data) {
    return new McpException(-32602, BAD_REQUEST, why, data);
  }

  static McpException legacyResourceNotFound(JsonNode data) {
    return new McpException(-32002, OK, "Resource not found", data);
  }

  static McpException internal(String why) {
    return new McpException(-32603, OK, why, null);
  }

  /** A server that errs by order. */
  static McpException erring() {
    return new McpException(-32603, SERVER_ERROR, "The server errs by order", null);
  }

  static McpException headerMismatch(String why) {
    return new McpException(-32020, BAD_REQUEST, "Header mismatch: " + why, null);
  }

  static McpException missingCapability(ObjectNode required) {
    ObjectNode data = Json.object();
    data.set("requiredCapabilities", required);
    return new McpException(
        -32021, BAD_REQUEST, "The client must declare " + Json.write(required), data);
  }

  static McpException unsupportedVersion(String requested, List<String> supported) {
    ObjectNode data = Json.object();
    supported.forEach(data.putArray("supported")::add);
    data.put("requested", requested);
    return new McpException(-32022, BAD_REQUEST, "Unsupported protocol version", data);
  }

  /** A refusal that has no code of its own: session and transport matters. */
  static McpException refused(int status, String why) {
    return new McpException(-32000, status, why, null);
  }

  static McpException urlElicitationRequired(JsonNode data) {
    return new McpException(-32042, OK, "The client must open a URL first", data);
  }

  int status() {
    return status;
  }

  ObjectNode toResponse(@Nullable JsonNode id) {
    ObjectNode response = Json.object().put("jsonrpc", "2.0");
    if (id != null) {
      response.set("id", id);
    }
    ObjectNode error = response.putObject("error").put("code", code).put("message", getMessage());
    if (data != null) {
      error.set("data", data);
    }
    return response;
  }
}
