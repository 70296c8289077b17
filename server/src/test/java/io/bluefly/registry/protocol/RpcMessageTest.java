package io.bluefly.registry.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RpcMessageTest {
  private static RpcMessage parse(String json) throws MalformedMessageException {
    return RpcMessage.parse(json.getBytes(UTF_8));
  }

  @Test
  void readsWhatRoutingNeedsInAnyOrderOfMembers() throws Exception {
    RpcMessage message =
        parse(
            """
            {"params": {"arguments": {"name": "not me", "_meta": {"progressToken": 0}},
                        "_meta": {"progressToken": "t-1",
                                  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                                  "io.modelcontextprotocol/clientCapabilities": {}},
                        "name": "ec\\u0068o"},
             "method": "tools/call", "id": 1.50e2, "jsonrpc": "2.0"}
            """);
    assertThat(message.kind()).isEqualTo(RpcMessage.Kind.REQUEST);
    assertThat(message.method()).isEqualTo("tools/call");
    assertThat(message.target()).isEqualTo("echo");
    assertThat(message.idText()).isEqualTo("1.50e2");
    assertThat(text(message, message.progressToken())).isEqualTo("\"t-1\"");
    assertThat(message.era()).isEqualTo(Era.MODERN);
    assertThat(message.hasMetaCapabilities()).isTrue();
  }

  private static String text(RpcMessage message, @org.jspecify.annotations.Nullable Span span) {
    return Objects.requireNonNull(span).text(message.json());
  }

  @Test
  void tellsRequestsNotificationsAndResponsesApart() throws Exception {
    assertThat(parse("{\"jsonrpc\":\"2.0\",\"method\":\"a\"}").kind())
        .isEqualTo(RpcMessage.Kind.NOTIFICATION);
    RpcMessage result = parse("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{\"isError\":true}}");
    assertThat(result.kind()).isEqualTo(RpcMessage.Kind.RESPONSE);
    assertThat(result.toolError()).isTrue();
    RpcMessage error = parse("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32601}}");
    assertThat(error.errorCode()).isEqualTo(-32601);
    assertThat(error.id()).isNull();
    assertThat(error.idText()).isEqualTo("null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "nothing",
        "[{\"jsonrpc\":\"2.0\",\"method\":\"a\"}]",
        "\"text\"",
        "{}",
        "{\"method\":\"a\"}",
        "{\"jsonrpc\":\"1.0\",\"method\":\"a\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"a\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"a\"}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"result\":{}}",
        "{\"jsonrpc\":\"2.0\",\"method\":1,\"result\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":null}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"a\"} {}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"x\":\"\u0001\"}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{\"name\":\"a\",\"n\\u0061me\":\"b\"}}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{\"_meta\":{},\"_meta\":{}}}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{\"_meta\":{\"progressToken\":1,\"progressToken\":2}}}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{\"ref\":{\"name\":1,\"name\":1}}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"taskId\":\"a\",\"taskId\":\"b\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"params\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"id\":2,\"method\":\"a\"}",
      })
  void refusesWhatIsNoMessage(String json) {
    assertThatThrownBy(() -> parse(json)).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void knowsThePlaceOfEachPartOfARequest() throws Exception {
    RpcMessage message =
        parse(
            """
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
              "name": "n", "uri": "u:1", "taskId": "t", "arguments": {"a": [1, 2]}, "cursor": "c\\n",
              "requestState": "s", "inputResponses": {"k": {}}, "notifications": {"x": 1},
              "ref": {"type": "ref/prompt", "name": "p", "uri": "r"},
              "capabilities": "not these", "progressToken": "nor this",
              "_meta": {"progressToken": 7,
                        "io.modelcontextprotocol/clientCapabilities": {"roots": {}},
                        "io.modelcontextprotocol/clientInfo": {"name": "i"},
                        "io.modelcontextprotocol/logLevel": "info"}}}
            """);
    assertThat(text(message, message.nameSpan())).isEqualTo("\"n\"");
    assertThat(text(message, message.uriSpan())).isEqualTo("\"u:1\"");
    assertThat(text(message, message.taskIdSpan())).isEqualTo("\"t\"");
    assertThat(message.taskId()).isEqualTo("t");
    assertThat(text(message, message.argumentsSpan())).isEqualTo("{\"a\": [1, 2]}");
    assertThat(text(message, message.cursorSpan())).isEqualTo("\"c\\n\"");
    assertThat(message.cursor()).isEqualTo("c\n");
    assertThat(message.requestState()).isEqualTo("s");
    assertThat(text(message, message.inputResponsesSpan())).isEqualTo("{\"k\": {}}");
    assertThat(text(message, message.notificationsSpan())).isEqualTo("{\"x\": 1}");
    assertThat(message.refType()).isEqualTo("ref/prompt");
    assertThat(message.refName()).isEqualTo("p");
    assertThat(message.refUri()).isEqualTo("r");
    assertThat(text(message, message.metaSpan())).startsWith("{\"progressToken\": 7").endsWith("}");
    assertThat(text(message, message.progressToken())).isEqualTo("7");
    assertThat(text(message, message.capabilitiesSpan())).isEqualTo("{\"roots\": {}}");
    assertThat(text(message, message.clientInfoSpan())).isEqualTo("{\"name\": \"i\"}");
    assertThat(text(message, message.logLevelSpan())).isEqualTo("\"info\"");
    assertThat(message.resultTypeSpan()).isNull();
  }

  @Test
  void knowsThePlaceOfEachPartOfAResult() throws Exception {
    RpcMessage message =
        parse(
            """
            {"jsonrpc": "2.0", "id": 1, "result": {"resultType": "input_required",
              "requestState": "s", "inputRequests": {"b": {"method": "m"}, "a": 5, "": [] },
              "nextCursor": "c", "taskId": "t", "_meta": {}}}
            """);
    assertThat(message.resultType()).isEqualTo("input_required");
    assertThat(text(message, message.requestStateSpan())).isEqualTo("\"s\"");
    assertThat(text(message, message.nextCursorSpan())).isEqualTo("\"c\"");
    assertThat(message.taskId()).isEqualTo("t");
    assertThat(text(message, message.metaSpan())).isEqualTo("{}");
    Map<String, Span> members =
        Members.of(message.json(), Objects.requireNonNull(message.inputRequestsSpan()));
    assertThat(members.keySet()).containsExactly("b", "a", "");
    assertThat(text(message, members.get("b"))).isEqualTo("{\"method\": \"m\"}");
    assertThat(text(message, members.get("a"))).isEqualTo("5");
    assertThat(text(message, members.get(""))).isEqualTo("[]");
  }

  @Test
  void initializeAndProgressHaveTheirPartsInTheParams() throws Exception {
    RpcMessage initialize =
        parse(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
                + "{\"capabilities\":{\"roots\":{}},\"clientInfo\":{\"name\":\"c\"}}}");
    assertThat(text(initialize, initialize.capabilitiesSpan())).isEqualTo("{\"roots\":{}}");
    assertThat(text(initialize, initialize.clientInfoSpan())).isEqualTo("{\"name\":\"c\"}");
    assertThat(initialize.declaresClientFeatures()).isTrue();
    RpcMessage progress =
        parse(
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":"
                + "{\"progressToken\":1,\"_meta\":{\"progressToken\":2}}}");
    assertThat(text(progress, progress.progressToken())).isEqualTo("1");
  }

  @Test
  void membersAndElementsRefuseWhatIsNoneOrRepeated() throws Exception {
    byte[] json = " {\"a\":[1 ,\"x\"],\"a\":2} ".getBytes(UTF_8);
    assertThatThrownBy(() -> Members.of(json, new Span(1, json.length - 1)))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("'a'");
    assertThatThrownBy(() -> Members.of(json, new Span(6, 14)))
        .isInstanceOf(MalformedMessageException.class);
    assertThat(Members.elements(json, new Span(6, 14)))
        .containsExactly(new Span(7, 8), new Span(10, 13));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"C0AF", "C1BF", "E08080", "EDA080", "F0808080", "F4908080", "FF", "C3", "80"})
  void refusesBytesThatAreNoUtf8(String hex) {
    byte[] json = "{\"jsonrpc\":\"2.0\",\"method\":\"________\"}".getBytes(UTF_8);
    byte[] bytes = java.util.HexFormat.of().parseHex(hex);
    System.arraycopy(bytes, 0, json, 28, bytes.length);
    assertThatThrownBy(() -> RpcMessage.parse(json))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void refusesUtf16ButReadsBehindAByteOrderMark() throws Exception {
    String json = "{\"jsonrpc\":\"2.0\",\"id\":11,\"method\":\"a\"}";
    for (String charset :
        java.util.List.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE")) {
      assertThatThrownBy(
              () -> RpcMessage.parse(json.getBytes(java.nio.charset.Charset.forName(charset))))
          .as(charset)
          .isInstanceOf(MalformedMessageException.class);
    }
    assertThat(parse("\uFEFF" + json).idText()).isEqualTo("11");
  }

  @Test
  void refusesNestingBeyondTheLimit() {
    String deep = "[".repeat(300) + "]".repeat(300);
    assertThatThrownBy(
            () -> parse("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{\"x\":" + deep + "}}"))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("256");
  }

  @Test
  void generatedMessagesKeepEveryByteButTheReplacedOnes() throws Exception {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      String before =
          "{" + space(random) + "\"jsonrpc\":\"2.0\",\"x\":" + value(random, 4) + ",\"id\":";
      String id =
          List.of("1", "-7", "\"a\\\"b\"", "\"é😀\"", "12345678901234567890", "1E400")
              .get(random.nextInt(6));
      String middle =
          space(random)
              + ",\"method\":\"tools/call\",\"params\":{\"name\":\"n\",\"arguments\":"
              + value(random, 5)
              + ",\"_meta\":{\"k\":"
              + value(random, 2)
              + ",\"progressToken\":";
      String token = List.of("0", "\"t\"", "99.5").get(random.nextInt(3));
      String after = space(random) + "}}" + space(random) + "}" + space(random);
      RpcMessage message = parse(before + id + middle + token + after);
      assertThat(message.idText()).as("seed %s", seed).isEqualTo(id);
      byte[] spliced =
          new Splice(message.json())
              .replace(Objects.requireNonNull(message.id()), "4711")
              .replace(Objects.requireNonNull(message.progressToken()), "4712")
              .bytes();
      assertThat(new String(spliced, UTF_8))
          .as("seed %s", seed)
          .isEqualTo(before + "4711" + middle + "4712" + after);
    }
  }

  private static String space(Random random) {
    return List.of("", " ", "\n", "\t \r\n").get(random.nextInt(4));
  }

  private static String value(Random random, int depth) {
    int kind = random.nextInt(depth > 0 ? 9 : 7);
    return switch (kind) {
      case 0 -> "null";
      case 1 -> "true";
      case 2 -> Long.toString(random.nextLong());
      case 3 -> random.nextInt() + "." + random.nextInt(1000) + "e" + random.nextInt(400);
      case 4 -> "123456789012345678901234567890.000100";
      case 5 -> "\"" + "\\u00e9\\ud83d\\ude00\\n\\\"".repeat(random.nextInt(20)) + "\"";
      case 6 ->
          "\""
              + new String(Character.toChars(0x20AC + random.nextInt(0x1F000)))
                  .replaceAll("\\p{Cs}", "?")
              + "\"";
      case 7 ->
          "[" + value(random, depth - 1) + "," + space(random) + value(random, depth - 1) + "]";
      default ->
          "{\"id\":" + value(random, depth - 1) + ",\"method\":" + value(random, depth - 1) + "}";
    };
  }
}
