package io.bluefly.registry.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The transports that carry messages both ways: they behave alike. */
class ChannelTransportsTest {
  private static final String INITIALIZE =
      """
      {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",\
      "capabilities":{"sampling":{}},"clientInfo":{"name":"t","version":"1"}}}\
      """;
  private static final String META =
      """
      "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
      "io.modelcontextprotocol/clientCapabilities":{"sampling":{}}}\
      """;

  private interface Script {
    void run(Channel channel) throws Exception;
  }

  private static void on(Transport transport, Era era, Script script) throws Exception {
    switch (transport) {
      case STDIO -> {
        try (Channel channel = Channel.stdio(era)) {
          script.run(channel);
        }
      }
      case SSE -> {
        try (TestServer server = TestServer.start(era, transport);
            Channel channel = Channel.sse(server.url())) {
          script.run(channel);
        }
      }
      case WEBSOCKET -> {
        try (TestServer server = TestServer.start(era, transport);
            Channel channel = Channel.webSocket(server.url())) {
          script.run(channel);
        }
      }
      case HTTP -> throw new IllegalArgumentException("HTTP is no channel");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"STDIO", "SSE", "WEBSOCKET"})
  void aLegacyClientIsAskedInTheMiddleOfACall(Transport transport) throws Exception {
    on(
        transport,
        Era.LEGACY,
        channel -> {
          assertThat(channel.call(INITIALIZE).at("/result/protocolVersion").asText())
              .isEqualTo("2025-06-18");
          channel.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
          JsonNode question =
              channel.call(
                  """
                  {"jsonrpc":"2.0","id":2,"method":"tools/call",\
                  "params":{"name":"test_sampling","arguments":{"prompt":"Hi"}}}\
                  """);
          assertThat(question.path("method").asText()).isEqualTo("sampling/createMessage");
          JsonNode answer =
              channel.call(
                  """
                  {"jsonrpc":"2.0","id":"%s","result":{"role":"assistant","model":"m",\
                  "content":{"type":"text","text":"Hello"}}}\
                  """
                      .formatted(question.path("id").asText()));
          assertThat(answer.path("id").asInt()).isEqualTo(2);
          assertThat(answer.at("/result/content/0/text").asText()).isEqualTo("LLM response: Hello");
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"STDIO", "WEBSOCKET"})
  void aModernClientNeedsNoHandshakeAndIsAskedByResult(Transport transport) throws Exception {
    on(
        transport,
        Era.BOTH,
        channel -> {
          JsonNode discovered =
              channel.call(
                  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\",\"params\":{"
                      + META
                      + "}}");
          assertThat(discovered.at("/result/supportedVersions/0").asText()).isEqualTo("2026-07-28");
          JsonNode asked =
              channel.call(
                  "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{"
                      + META
                      + ",\"name\":\"test_sampling\",\"arguments\":{\"prompt\":\"Hi\"}}}");
          assertThat(asked.at("/result/resultType").asText()).isEqualTo("input_required");
          assertThat(asked.at("/result/inputRequests/sampled/method").asText())
              .isEqualTo("sampling/createMessage");
          assertThat(channel.call(INITIALIZE).at("/result/protocolVersion").asText())
              .as("a legacy client is served beside it")
              .isEqualTo("2025-06-18");
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"STDIO", "SSE", "WEBSOCKET"})
  void aCancelledCallIsNotAnswered(Transport transport) throws Exception {
    on(
        transport,
        Era.BOTH,
        channel -> {
          channel.call(INITIALIZE);
          JsonNode progress =
              channel.call(
                  """
                  {"jsonrpc":"2.0","id":"slow","method":"tools/call","params":{"name":"slow",\
                  "arguments":{"ms":60000},"_meta":{"progressToken":"p"}}}\
                  """);
          assertThat(progress.at("/params/progressToken").asText()).isEqualTo("p");
          channel.send(
              """
              {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"slow"}}\
              """);
          String who =
              "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\","
                  + "\"params\":{\"name\":\"who_am_i\"}}";
          JsonNode seen = channel.call(who);
          while (seen.at("/result/structuredContent/cancelledCalls").asInt() == 0) {
            seen = channel.call(who);
          }
          assertThat(channel.waiting()).isEmpty();
        });
  }

  @Test
  void echoGivesBackEveryByte() throws Exception {
    String odd = "{ \"n\":1.50e+01,\"big\":123456789012345678901234567890, \"u\":\"\\u00e9/\\/\"}";
    on(
        Transport.WEBSOCKET,
        Era.BOTH,
        channel -> {
          channel.send(
              "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{"
                  + META
                  + ",\"name\":\"echo\",\"arguments\":"
                  + odd
                  + "}}");
          assertThat(channel.next())
              .contains("\"structuredContent\":" + odd)
              .contains("\"x-extra\":" + odd);
        });
  }

  @Test
  void testsCanAskTheClientAndForgetIt() throws Exception {
    try (TestServer server = TestServer.start(Era.LEGACY, Transport.WEBSOCKET);
        Channel channel = Channel.webSocket(server.url())) {
      channel.call(INITIALIZE);
      assertThat(server.sessionsOpen()).isEqualTo(1);
      CompletableFuture<JsonNode> answer = server.emitRequest("ping", "{}").getFirst();
      channel.send(
          "{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"result\":{}}"
              .formatted(channel.receive().path("id").asText()));
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEmpty();

      server.forgetSessions();

      assertThat(server.sessionsOpen()).isZero();
    }
  }
}
