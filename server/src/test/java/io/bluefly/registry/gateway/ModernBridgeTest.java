package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.gateway.Address.AllPools;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.Principal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModernBridgeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static RpcMessage message(String json) throws Exception {
    return RpcMessage.parse(json.getBytes(UTF_8));
  }

  private static LegacySession session() throws Exception {
    return new LegacySession(
        "id",
        new AllPools(),
        Principal.ANYBODY,
        message(
            """
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",
            "capabilities":{"sampling":{},"x":[1.0]},"clientInfo":{"name":"c","version":"1"}}}\
            """));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{ \"cursor\":\"a\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{ }}}",
        "{\"params\":{\"_meta\":{\"a\":1e2}},\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"
      })
  void aLiftedRequestSaysWhatTheClientSaidWhenItBegan(String request) throws Exception {
    LegacySession session = session();
    session.setLevel(LogLevel.WARNING);

    RpcMessage lifted = ModernBridge.lift(message(request), session);

    JsonNode meta = JSON.readTree(lifted.json()).at("/params/_meta");
    assertThat(lifted.era()).isEqualTo(Era.MODERN);
    assertThat(meta.get("io.modelcontextprotocol/clientCapabilities").toString())
        .isEqualTo("{\"sampling\":{},\"x\":[1.0]}");
    assertThat(meta.at("/io.modelcontextprotocol~1clientInfo/name").asText()).isEqualTo("c");
    assertThat(meta.get("io.modelcontextprotocol/logLevel").asText()).isEqualTo("warning");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"state\""})
  void aRetryCarriesTheAnswersAndTheStateAsItStood(String state) throws Exception {
    RpcMessage lifted =
        ModernBridge.lift(
            message("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}"), session());

    byte[] retry =
        ModernBridge.retry(lifted, "{\"k\":{\"n\":1.0}}", state.equals("null") ? null : state);

    JsonNode params = JSON.readTree(retry).get("params");
    assertThat(params.get("inputResponses").toString()).isEqualTo("{\"k\":{\"n\":1.0}}");
    assertThat(params.has("requestState")).isEqualTo(!state.equals("null"));
    assertThat(params.has("_meta")).isTrue();
    assertThat(JSON.readTree(ModernBridge.withoutInput(message(new String(retry, UTF_8))).json()))
        .isEqualTo(JSON.readTree(lifted.json()));
  }
}
