package io.bluefly.registry.protocol;

/** Messages that the registry writes itself. */
public final class RpcReply {
  private RpcReply() {}

  /** An error response; {@code idText} is the id's JSON text or {@code null}. */
  public static byte[] error(String idText, int code, String message) {
    return error(idText, code, message, null);
  }

  /** An error response with {@code data}, which is JSON text, unless it is null. */
  public static byte[] error(
      String idText, int code, String message, @org.jspecify.annotations.Nullable String data) {
    return Json.bytes(
        "{\"jsonrpc\":\"2.0\",\"id\":"
            + idText
            + ",\"error\":{\"code\":"
            + code
            + ",\"message\":"
            + Json.quote(message)
            + (data == null ? "" : ",\"data\":" + data)
            + "}}");
  }

  /** A result response; {@code result} is JSON text. */
  public static byte[] result(String idText, String result) {
    return Json.bytes("{\"jsonrpc\":\"2.0\",\"id\":" + idText + ",\"result\":" + result + "}");
  }

  /** A request; {@code params} is JSON text. */
  public static byte[] request(String idText, String method, String params) {
    return Json.bytes(
        "{\"jsonrpc\":\"2.0\",\"id\":"
            + idText
            + ",\"method\":"
            + Json.quote(method)
            + ",\"params\":"
            + params
            + "}");
  }

  /** A request without params. */
  public static byte[] request(String idText, String method) {
    return Json.bytes(
        "{\"jsonrpc\":\"2.0\",\"id\":" + idText + ",\"method\":" + Json.quote(method) + "}");
  }

  /** A notification; {@code params} is JSON text. */
  public static byte[] notification(String method, String params) {
    return Json.bytes(
        "{\"jsonrpc\":\"2.0\",\"method\":" + Json.quote(method) + ",\"params\":" + params + "}");
  }
}
