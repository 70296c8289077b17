package io.bluefly.registry.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParamHeadersTest {
  private static final ParamHeaders TOOL =
      ParamHeaders.of(
          tool(
              """
              {"region": {"type": "string", "x-mcp-header": "Region"},
               "limit": {"x-mcp-header": "Limit", "type": "integer"},
               "dry": {"type": "boolean", "x-mcp-header": "Dry"},
               "query": {"type": "string", "default": {"x-mcp-header": "none"}},
               "x-mcp-header": {"type": "string"},
               "auth": {"type": "object", "properties":
                  {"tenant": {"type": "string", "x-mcp-header": "Tenant-Id"}}}}
              """));

  private static String tool(String properties) {
    return "{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\",\"properties\":"
        + properties
        + "}}";
  }

  private static RpcMessage call(String arguments) {
    try {
      return RpcMessage.parse(
          Json.bytes(
              "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":"
                  + "{\"name\":\"t\",\"arguments\":"
                  + arguments
                  + "}}"));
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  @org.jspecify.annotations.Nullable
  private static String mismatch(String arguments, Map<String, List<String>> sent) {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(sent);
    return TOOL.mismatch(
        call(arguments), name -> headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()));
  }

  @Test
  void toolsWithoutAnnotationsShareOneObject() {
    ParamHeaders none =
        ParamHeaders.of("{\"name\":\"\\u0061\",\"inputSchema\":{\"type\":\"object\"}}");
    assertThat(none).isSameAs(ParamHeaders.NONE);
    assertThat(none.headers(call("{\"a\":1}"))).isEmpty();
    assertThat(none.mismatch(call("{\"a\":1}"), _ -> List.of("x"))).isNull();
    assertThat(
            ParamHeaders.of("{\"outputSchema\":{\"properties\":{\"a\":{\"x-mcp-header\":\"A\"}}}}"))
        .isSameAs(ParamHeaders.NONE);
  }

  @Test
  void annotationsAreFoundAtAnyDepthOfProperties() {
    assertThat(TOOL.invalid()).isNull();
    assertThat(TOOL.parameters())
        .containsExactly(
            new ParamHeader(List.of("region"), "Mcp-Param-Region", ParamHeader.Type.STRING),
            new ParamHeader(List.of("limit"), "Mcp-Param-Limit", ParamHeader.Type.INTEGER),
            new ParamHeader(List.of("dry"), "Mcp-Param-Dry", ParamHeader.Type.BOOLEAN),
            new ParamHeader(
                List.of("auth", "tenant"), "Mcp-Param-Tenant-Id", ParamHeader.Type.STRING));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"\"}}",
        "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"a b\"}}",
        "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"a:\"}}",
        "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"a\\r\\nX: 1\"}}",
        "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"ä\"}}",
        "{\"a\":{\"type\":\"string\",\"x-mcp-header\":5}}",
        "{\"a\":{\"type\":\"string\",\"x-mcp\\u002dheader\":\"\"}}",
        "{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}}",
        "{\"a\":{\"type\":\"object\",\"x-mcp-header\":\"A\"}}",
        "{\"a\":{\"type\":[\"string\"],\"x-mcp-header\":\"A\"}}",
        "{\"a\":{\"x-mcp-header\":\"A\"}}",
        "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},\"b\":{\"type\":\"string\",\"x-mcp-header\":\"a\"}}",
        "{\"a\":{\"items\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}",
        "{\"a\":{\"prefixItems\":[{\"type\":\"string\",\"x-mcp-header\":\"A\"}]}}",
        "{\"a\":{\"anyOf\":[{\"properties\":{\"b\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}]}}",
        "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\",\"x-mcp-header\":\"B\"}}",
        "{},\"x-mcp-header\":\"A\",\"type\":\"string\"",
        "{},\"$defs\":{\"d\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}",
        "{},\"if\":{\"properties\":{\"d\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}",
        "{\"a\":{\"x-mcp-header\":",
      })
  void wrongAnnotationsMakeTheDefinitionInvalid(String properties) {
    ParamHeaders headers = ParamHeaders.of(tool(properties));
    assertThat(headers.invalid()).isNotBlank();
    assertThat(headers.parameters()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"region\":\"us-west1\"}|{Mcp-Param-Region=us-west1}",
        "{\"region\":null,\"other\":{\"region\":1}}|{}",
        "{\"region\":\"\"}|{Mcp-Param-Region==?base64??=}",
        "{\"auth\":{\"tenant\":\"\\u00fc\"},\"tenant\":1}|{Mcp-Param-Tenant-Id==?base64?w7w=?=}",
        "{\"auth\":{\"tenant\":\"a\"},\"auth\":{}}|{}",
        "{\"limit\":42.0,\"dry\":false}|{Mcp-Param-Limit=42, Mcp-Param-Dry=false}",
        "{\"limit\":4.20e1}|{Mcp-Param-Limit=42}",
        "{\"limit\":-0}|{Mcp-Param-Limit=0}",
        "{\"limit\":-9007199254740991}|{Mcp-Param-Limit=-9007199254740991}",
        "{\"limit\":9007199254740992}|{}",
        "{\"limit\":1E+400}|{}",
        "{\"limit\":1E-400}|{}",
        "{\"limit\":1E2147483647}|{}",
        "{\"limit\":1E99999999999999999999}|{}",
        "{\"limit\":{}}|{}",
        "[]|{}",
      })
  void headersRepeatTheArguments(String arguments, String headers) {
    assertThat(TOOL.headers(call(arguments))).hasToString(headers);
  }

  @Test
  void whatAgreesIsNoMismatch() {
    assertThat(mismatch("{}", Map.of("Mcp-Param-Unknown", List.of("x", "y")))).isNull();
    assertThat(mismatch("{\"region\":\"a\"}", Map.of("mcp-param-REGION", List.of("a")))).isNull();
    assertThat(
            mismatch("{\"region\":\"a\"}", Map.of("Mcp-Param-Region", List.of("=?base64?YQ==?="))))
        .isNull();
    assertThat(mismatch("{\"limit\":42}", Map.of("Mcp-Param-Limit", List.of("42.0")))).isNull();
    assertThat(mismatch("{\"limit\":42.0}", Map.of("Mcp-Param-Limit", List.of("42")))).isNull();
    assertThat(mismatch("{\"limit\":9007199254740993}", Map.of())).isNull();
    assertThat(mismatch("{\"limit\":{}}", Map.of())).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"region\":\"a\"}|Mcp-Param-Limit|1|Mcp-Param-Region: missing",
        "{\"region\":null}|Mcp-Param-Region|a|no value",
        "{\"region\":\"a\"}|Mcp-Param-Region|A|differs",
        "{\"region\":\"42\"}|Mcp-Param-Region|42.0|differs",
        "{\"region\":\"a\"}|Mcp-Param-Region|=?base64?YQ?=|base64",
        "{\"region\":\"a\"}|Mcp-Param-Region|=?base64?YR==?=|base64",
        "{\"region\":\"a\"}|Mcp-Param-Region|=?base64?/w==?=|base64",
        "{\"region\":\"a\"}|Mcp-Param-Region|=?base64?=|base64",
        "{\"region\":\"ä\"}|Mcp-Param-Region|ä|characters",
        "{\"region\":\"a\",\"region\":\"a\"}|Mcp-Param-Region|a|twice",
        "{\"auth\":{\"tenant\":\"a\"},\"auth\":{\"tenant\":\"a\"}}|Mcp-Param-Tenant-Id|a|twice",
        "{\"limit\":42}|Mcp-Param-Limit|4.2e1|differs",
        "{\"limit\":9007199254740993}|Mcp-Param-Limit|9007199254740992|differs",
        "{\"dry\":true}|Mcp-Param-Dry|True|differs",
        "{\"limit\":{}}|Mcp-Param-Limit|1|differs",
      })
  void disagreementsAreNamed(String arguments, String name, String value, String sentence) {
    assertThat(mismatch(arguments, Map.of(name, List.of(value))))
        .isNotNull()
        .startsWith("header Mcp-Param-")
        .contains(sentence);
  }

  @Test
  void aRepeatedHeaderIsRefusedEvenWhenItAgrees() {
    assertThat(mismatch("{\"region\":\"a\"}", Map.of("Mcp-Param-Region", List.of("a", "a"))))
        .contains("Mcp-Param-Region", "twice");
  }
}
