package io.bluefly.registry.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** What an {@link EchoServer} answers in an era of MCP, apart from the id. */
final class EchoAnswers {
  private static final byte[] UNKNOWN =
      bytes(",\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}");
  private static final byte[] BEGIN = bytes("{\"jsonrpc\":\"2.0\",\"id\":");
  private static final byte[] NONE = new byte[0];

  /** 2026-07-28. */
  static final EchoAnswers MODERN =
      new EchoAnswers(
          "server/discover",
          """
          {"content":[{"type":"text","text":"hello"}],"resultType":"complete"}\
          """,
          """
          {"tools":[{"name":"echo","inputSchema":{"type":"object"}}],"resultType":"complete",\
          "ttlMs":0,"cacheScope":"public"}\
          """,
          """
          {"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},\
          "ttlMs":0,"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":\
          {"name":"echo","version":"1"}}}\
          """);

  /** 2025-11-25. */
  static final EchoAnswers LEGACY =
      new EchoAnswers(
          "initialize",
          """
          {"content":[{"type":"text","text":"hello"}]}\
          """,
          """
          {"tools":[{"name":"echo","inputSchema":{"type":"object"}}]}\
          """,
          """
          {"protocolVersion":"2025-11-25","capabilities":{"tools":{}},\
          "serverInfo":{"name":"echo","version":"1"}}\
          """);

  private final String greeted;
  private final byte[] call;
  private final byte[] list;
  private final byte[] greeting;

  private EchoAnswers(String greeted, String call, String list, String greeting) {
    this.greeted = greeted;
    this.call = bytes(",\"result\":" + call + "}");
    this.list = bytes(",\"result\":" + list + "}");
    this.greeting = bytes(",\"result\":" + greeting + "}");
  }

  static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  /** The answer to a message without blanks between its tokens; empty for a notification. */
  byte[] answer(byte[] from, int start, int end) {
    int id = Bytes.after("\"id\":", from, start, end);
    if (id < 0) {
      return NONE;
    }
    int idEnd = id;
    while (from[idEnd] != ',' && from[idEnd] != '}') {
      idEnd++;
    }
    byte[] result = result(from, start, end);
    byte[] answer = new byte[BEGIN.length + idEnd - id + result.length];
    System.arraycopy(BEGIN, 0, answer, 0, BEGIN.length);
    System.arraycopy(from, id, answer, BEGIN.length, idEnd - id);
    System.arraycopy(result, 0, answer, BEGIN.length + idEnd - id, result.length);
    return answer;
  }

  private byte[] result(byte[] from, int start, int end) {
    int method = Bytes.after("\"method\":\"", from, start, end);
    if (Bytes.stands("tools/call", from, method, end)) {
      return call;
    }
    if (Bytes.stands("tools/list", from, method, end)) {
      return list;
    }
    return Bytes.stands(greeted, from, method, end) ? greeting : UNKNOWN;
  }
}
