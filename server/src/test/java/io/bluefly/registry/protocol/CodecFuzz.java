package io.bluefly.registry.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bluefly.registry.testkit.JsonTexts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes that a fuzzer makes up, guided by coverage. {@code mvn verify} runs this for 12 s in a JVM
 * of its own (profile {@code fuzz}); what it finds stays in {@code target/fuzz}. The first byte
 * picks what is tried, so that one run serves all.
 */
class CodecFuzz {
  private static final JsonMapper TREES =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(Json.FACTORY.streamReadConstraints())
                  .build())
          .build();
  private static final int LIMIT = 64;

  @MethodSource("seeds")
  @DictionaryEntries({
    "\"jsonrpc\":\"2.0\"",
    "\"id\":",
    "\"method\":",
    "\"params\":{",
    "\"result\":{",
    "\"error\":{",
    "\"name\":",
    "\"uri\":",
    "\"taskId\":",
    "\"arguments\":{",
    "\"_meta\":{",
    "\"progressToken\":",
    "\"notifications/progress\"",
    "\"initialize\"",
    "\"capabilities\":{",
    "\"clientInfo\":",
    "\"io.modelcontextprotocol/protocolVersion\":",
    "\"io.modelcontextprotocol/clientInfo\":",
    "\"io.modelcontextprotocol/clientCapabilities\":{",
    "\"io.modelcontextprotocol/logLevel\":",
    "\"ref\":{",
    "\"type\":\"integer\"",
    "\"type\":\"string\"",
    "\"cursor\":",
    "\"requestState\":",
    "\"inputRequests\":",
    "\"inputResponses\":",
    "\"resultType\":",
    "\"nextCursor\":",
    "\"tools\":[",
    "\"x-mcp-header\":\"A\"",
    "\"inputSchema\":{",
    "\"properties\":{",
    "data:",
    "=?base64?",
    "\\u00"
  })
  @FuzzTest(maxExecutions = 120_000, maxDuration = "3m")
  void codec(byte[] input) throws Exception {
    if (input.length == 0) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    switch (input[0] & 7) {
      case 0 -> lines(rest);
      case 1 -> events(rest);
      case 2 -> headers(new String(rest, UTF_8));
      case 3 -> paramHeaders(rest);
      default -> messages(rest);
    }
  }

  static Stream<byte[]> seeds() {
    List<String> seeds = new ArrayList<>();
    for (int seed = 0; seed < 40; seed++) {
      JsonTexts texts = new JsonTexts(seed);
      seeds.add(
          "4{\"jsonrpc\":\"2.0\",\"id\":"
              + texts.number()
              + ",\"method\":\"tools/call\",\"params\":{\"name\":"
              + texts.string(40)
              + ",\"arguments\":"
              + texts.object(300)
              + ",\"ref\":{\"type\":\"t\",\"uri\":\"u\"},\"requestState\":\"s\",\"_meta\":{"
              + "\"io.modelcontextprotocol/clientCapabilities\":{},\"progressToken\":1}}}");
      seeds.add(
          "4{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":["
              + texts.value(200)
              + "],\"nextCursor\":"
              + texts.string(40)
              + ",\"inputRequests\":"
              + texts.object(200)
              + "}}");
    }
    seeds.add("0\u0003{\"a\":1}\r\n\n{}\n");
    seeds.add("1\u0003: c\r\rdata: a\r\ndata:b\n\ndata\n\n");
    seeds.add("2=?base64?YQ==?=");
    seeds.add(
        "3{\"inputSchema\":{\"properties\":{\"a\":{\"type\":\"integer\",\"x-mcp-header\":\"A\"},"
            + "\"o\":{\"properties\":{\"s\":{\"type\":\"string\",\"x-mcp-header\":\"S\"}}}}}}\n"
            + "{\"a\":42.0,\"o\":{\"s\":\"\\u00e9\"}}");
    return seeds.stream().map(Json::bytes);
  }

  private static void messages(byte[] json) throws IOException, MalformedMessageException {
    RpcMessage message;
    try {
      message = RpcMessage.parse(json);
    } catch (MalformedMessageException e) {
      assertThat(e.code()).isIn(RpcCode.PARSE_ERROR, RpcCode.INVALID_REQUEST);
      boolean half = String.valueOf(e.getMessage()).contains("half of a surrogate pair");
      assertThat(half || e.code() == RpcCode.INVALID_REQUEST || isRefusedByJackson(json)).isTrue();
      return;
    }
    JsonNode tree = TREES.readTree(json);
    String body = message.result() == null ? "params" : "result";
    JsonNode inside = tree.path(body);
    JsonNode meta = inside.path("_meta");
    same(message, message.params(), tree.path("params"));
    same(message, message.result(), tree.path("result"));
    same(message, message.error(), tree.path("error"));
    same(message, message.nameSpan(), tree.path("params").path("name"));
    same(message, message.uriSpan(), tree.path("params").path("uri"));
    same(message, message.taskIdSpan(), inside.path("taskId"));
    same(message, message.argumentsSpan(), tree.path("params").path("arguments"));
    same(message, message.refNameSpan(), tree.path("params").path("ref").path("name"));
    same(message, message.refUriSpan(), tree.path("params").path("ref").path("uri"));
    same(message, message.cursorSpan(), tree.path("params").path("cursor"));
    same(message, message.requestStateSpan(), inside.path("requestState"));
    same(message, message.inputRequestsSpan(), inside.path("inputRequests"));
    same(message, message.inputResponsesSpan(), tree.path("params").path("inputResponses"));
    same(message, message.notificationsSpan(), tree.path("params").path("notifications"));
    same(message, message.metaSpan(), meta);
    same(message, message.logLevelSpan(), meta.path("io.modelcontextprotocol/logLevel"));
    same(message, message.resultTypeSpan(), tree.path("result").path("resultType"));
    same(message, message.nextCursorSpan(), tree.path("result").path("nextCursor"));
    same(
        message,
        message.progressToken(),
        (message.method().equals("notifications/progress") ? inside : meta).path("progressToken"));
    assertThat(message.cursor()).isEqualTo(tree.path("params").path("cursor").textValue());
    assertThat(message.refType())
        .isEqualTo(tree.path("params").path("ref").path("type").textValue());
    assertThat(message.metaVersion())
        .isEqualTo(meta.path("io.modelcontextprotocol/protocolVersion").textValue());
    assertThat(message.method()).isEqualTo(tree.path("method").asText(""));
    touch(message);
    members(message, message.params(), tree.path("params"));
    lists(message, inside);
    replaceId(message);
  }

  private static boolean isRefusedByJackson(byte[] json) {
    // What Jackson takes for UTF-16 or UTF-32 is no UTF-8, and overlong forms are none either.
    boolean wide = json.length > 1 && (json[0] == 0 || json[1] == 0);
    try {
      return wide || !Utf8.isValid(json) || TREES.readTree(json).isMissingNode();
    } catch (IOException e) {
      return true;
    }
  }

  private static void touch(RpcMessage message) {
    assertThat(message.kind()).isNotNull();
    assertThat(message.era()).isNotNull();
    assertThat(message.json()[message.bodyStart() - 1]).isEqualTo((byte) '{');
    Stream.of(
            message.requestId(),
            message.resultVersion(),
            message.subscriptionId(),
            message.capabilitiesSpan(),
            message.clientInfoSpan())
        .forEach(span -> bounds(message, span));
    Stream.of(
            message.target(),
            message.level(),
            message.initializeVersion(),
            message.taskId(),
            message.refName(),
            message.refUri(),
            message.requestState(),
            message.resultType())
        .forEach(
            text -> assertThat(text == null || text.length() <= message.json().length).isTrue());
  }

  private static void bounds(RpcMessage message, @Nullable Span span) {
    assertThat(span == null || (span.start() < span.end() && span.end() <= message.json().length))
        .isTrue();
  }

  private static void same(RpcMessage message, @Nullable Span span, JsonNode node)
      throws IOException {
    bounds(message, span);
    assertThat(span == null).isEqualTo(node.isMissingNode());
    if (span != null) {
      assertThat(TREES.readTree(span.bytes(message.json()))).isEqualTo(node);
    }
  }

  private static void members(RpcMessage message, @Nullable Span span, JsonNode node)
      throws IOException {
    if (span == null || !node.isObject()) {
      return;
    }
    try {
      Map<String, Span> members = Members.of(message.json(), span);
      assertThat(List.copyOf(members.keySet())).isEqualTo(fieldNames(node));
      for (Map.Entry<String, Span> member : members.entrySet()) {
        same(message, member.getValue(), node.path(member.getKey()));
      }
    } catch (MalformedMessageException e) {
      assertThat(e).hasMessageContaining("twice");
    }
  }

  private static List<String> fieldNames(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static void lists(RpcMessage message, JsonNode result) throws IOException {
    if (message.result() == null || message.error() != null) {
      return;
    }
    try {
      ListPage page = ListPage.read(message, "tools");
      assertThat(page.nextCursor()).isEqualTo(result.path("nextCursor").textValue());
      JsonNode tools = result.path("tools");
      assertThat(page.items()).hasSize(tools.isArray() ? tools.size() : 0);
      for (int i = 0; i < page.items().size(); i++) {
        assertThat(TREES.readTree(page.items().get(i))).isEqualTo(tools.get(i));
      }
    } catch (MalformedMessageException e) {
      assertThat(e.code()).isEqualTo(RpcCode.INVALID_REQUEST);
    }
  }

  private static void replaceId(RpcMessage message) throws IOException, MalformedMessageException {
    Span id = message.id();
    if (id == null) {
      return;
    }
    byte[] minted = new Splice(message.json()).replace(id, "4711").bytes();
    RpcMessage other = RpcMessage.parse(minted);
    assertThat(other.idText()).isEqualTo("4711");
    Span place = other.id();
    if (place == null) {
      throw new AssertionError("the minted id is gone");
    }
    assertThat(new Splice(minted).replace(place, id.bytes(message.json())).bytes())
        .isEqualTo(message.json());
    assertThat(other.method()).isEqualTo(message.method());
    assertThat(other.target()).isEqualTo(message.target());
  }

  private static void lines(byte[] input) {
    int step = 1 + (input.length == 0 ? 0 : input[0] & 15);
    List<String> whole = frames(input, input.length, false);
    assertThat(frames(input, step, false)).isEqualTo(whole);
    List<String> expected = new ArrayList<>();
    String[] lines =
        new String(input, java.nio.charset.StandardCharsets.ISO_8859_1).split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].length() > LIMIT) {
        expected.add("too long");
        break;
      }
      String line =
          lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i];
      if (!line.isEmpty() && i < lines.length - 1) {
        expected.add(line);
      }
    }
    assertThat(whole).isEqualTo(expected);
  }

  private static void events(byte[] input) {
    int step = 1 + (input.length == 0 ? 0 : input[0] & 15);
    List<String> whole = frames(input, Math.max(1, input.length), true);
    assertThat(frames(input, step, true)).isEqualTo(whole);
    assertThat(whole).allMatch(event -> !event.isEmpty() && event.length() <= LIMIT);
  }

  private static List<String> frames(byte[] input, int step, boolean sse) {
    List<String> frames = new ArrayList<>();
    LineFramer framer = new LineFramer(LIMIT, line -> frames.add(latin(line)));
    SseReader reader = new SseReader(LIMIT, event -> frames.add(latin(event)));
    try {
      for (int i = 0; i < input.length; i += step) {
        byte[] chunk = Arrays.copyOfRange(input, i, Math.min(input.length, i + step));
        if (sse) {
          reader.feed(chunk);
        } else {
          framer.feed(chunk, chunk.length);
        }
      }
    } catch (LineFramer.FrameTooLongException e) {
      frames.add("too long");
    }
    return frames;
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  private static void headers(String value) {
    String header = McpHeaders.encode(value);
    assertThat(header).isNotEmpty().matches("[\\x20-\\x7e\\t]+").isEqualTo(header.strip());
    assertThat(McpHeaders.decode(header)).isEqualTo(value);
    assertThat(McpHeaders.decodeOrNull(header)).isEqualTo(value);
    String decoded = McpHeaders.decodeOrNull(value);
    assertThat(McpHeaders.decode(value)).isEqualTo(decoded == null ? value : decoded);
  }

  private static void paramHeaders(byte[] input) throws IOException, MalformedMessageException {
    String[] parts = new String(input, UTF_8).split("\n", 2);
    ParamHeaders tool = ParamHeaders.of(parts[0]);
    if (tool.parameters().isEmpty() || parts.length < 2) {
      return;
    }
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    json.writeBytes(
        Json.bytes(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"arguments\":"));
    json.writeBytes(Json.bytes(parts[1]));
    json.writeBytes(Json.bytes("}}"));
    RpcMessage call;
    try {
      call = RpcMessage.parse(json.toByteArray());
    } catch (MalformedMessageException e) {
      assertThat(e.code()).isNotZero();
      return;
    }
    Map<String, String> headers = tool.headers(call);
    JsonNode arguments = TREES.readTree(call.json()).path("params").path("arguments");
    for (ParamHeader parameter : tool.parameters()) {
      JsonNode value = arguments;
      for (String member : parameter.path()) {
        value = value.isObject() ? value.path(member) : TREES.missingNode();
      }
      String sent = headers.get(parameter.header());
      if (value.isTextual() || value.isBoolean()) {
        String text = value.asText();
        assertThat(sent).isEqualTo(McpHeaders.encode(text));
      } else if (value.isIntegralNumber() && Math.abs(value.asDouble()) < 1e15) {
        assertThat(sent).isEqualTo(value.bigIntegerValue().toString());
      } else if (!value.isNumber()) {
        assertThat(sent).isNull();
      }
    }
    boolean lone = headers.values().stream().anyMatch(text -> text.contains("?base64?"));
    String mismatch =
        tool.mismatch(
            call,
            name ->
                headers.containsKey(name) ? List.of(headers.getOrDefault(name, "")) : List.of());
    if (!lone && mismatch != null) {
      assertThat(mismatch).contains("twice");
    }
  }
}
