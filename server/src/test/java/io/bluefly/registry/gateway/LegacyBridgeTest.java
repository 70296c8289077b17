package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LegacyBridgeTest {
  private static RpcMessage request(String method) throws Exception {
    return RpcMessage.parse(RpcReply.request("1", method, "{\"uri\":\"x://y\"}"));
  }

  private static String translated(String method, String response) throws Exception {
    RpcMessage message = RpcMessage.parse(response.getBytes(UTF_8));
    return new String(
        LegacyBridge.translate(request(method), message, () -> "again").json(), UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tools/call|{\"content\":[1.50]}|{\"resultType\":\"complete\",\"content\":[1.50]}",
        "tools/list|{\"tools\":[]}|{\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\",\"tools\":[]}",
        "tools/call|{ }|{\"resultType\":\"complete\" }",
        "tools/call|{\"resultType\":\"complete\"}|{\"resultType\":\"complete\"}",
      })
  void resultsGetWhatTheModernClientExpects(String method, String result, String expected)
      throws Exception {
    assertThat(translated(method, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" + result + "}"))
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" + expected + "}");
  }

  @Test
  void anUnknownResourceGetsTheModernCode() throws Exception {
    assertThat(
            translated(
                "resources/read",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32002,\"message\":\"gone\"}}"))
        .contains("-32602")
        .contains("x://y");
  }

  @Test
  void addressesToVisitAreAskedForOrTheMissingCapabilityIsNamed() throws Exception {
    String error =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32042,\"message\":\"visit\",\"data\":"
            + "{\"elicitations\":[{\"mode\":\"url\",\"url\":\"https://x\"}]}}}";
    RpcMessage response = RpcMessage.parse(error.getBytes(UTF_8));
    RpcMessage opensUrls =
        RpcMessage.parse(
            RpcReply.request(
                "1",
                "tools/call",
                "{\"_meta\":{\"io.modelcontextprotocol/clientCapabilities\":"
                    + "{\"elicitation\":{\"url\":{}}}}}"));

    RpcMessage asked = LegacyBridge.translate(opensUrls, response, () -> "again");
    RpcMessage refused = LegacyBridge.translate(request("tools/call"), response, () -> "again");

    assertThat(asked.resultType()).isEqualTo("input_required");
    assertThat(asked.requestState()).isEqualTo("again");
    assertThat(new String(asked.json(), UTF_8))
        .contains("{\"mode\":\"url\",\"url\":\"https://x\"}");
    assertThat(refused.errorCode()).isEqualTo(-32021);
    assertThat(new String(refused.json(), UTF_8)).contains("requiredCapabilities");
  }
}
