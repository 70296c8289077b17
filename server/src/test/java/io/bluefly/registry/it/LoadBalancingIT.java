package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How load is spread, what would spread it better, and why a call goes where it goes. */
class LoadBalancingIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static TinyServer server(String name, String pool, String more) throws Exception {
    TinyServer server = TinyServer.register(registry, name, ", \"pool\": \"" + pool + "\"" + more);
    Eventually.healthy(registry, server.id());
    return server;
  }

  @Test
  void theDistributionIsThatOfTheReference() throws Exception {
    TinyServer first = server("filesystem-mcp", "reference", ", \"capacity\": 20");
    TinyServer second = server("filesystem-mcp-backup", "reference", ", \"capacity\": 10");
    JsonNode spread = registry.get("/load-balancing/distribution?pool=reference");
    assertThat(spread.get("strategy").asText()).isEqualTo("least-loaded");
    assertThat(spread.get("recommendations")).isEmpty();
    assertThat(spread.get("connections")).hasSize(2);
    JsonNode share = spread.at("/connections/0");
    assertThat(share.get("id").asText()).isEqualTo(first.id());
    assertThat(share.get("name").asText()).isEqualTo("filesystem-mcp");
    assertThat(share.get("load").asDouble()).isZero();
    assertThat(share.get("activeRequests").asInt()).isZero();
    assertThat(share.get("capacity").asInt()).isEqualTo(20);
    assertThat(spread.at("/connections/1/id").asText()).isEqualTo(second.id());
    assertThat(registry.get("/load-balancing/distribution").get("connections").size())
        .isGreaterThanOrEqualTo(2);
  }

  @Test
  void whoIsPickedIsExplainedInstanceByInstance() throws Exception {
    TinyServer first = server("explained-1", "explained", "");
    TinyServer second = server("explained-2", "explained", "");
    registry.send(
        "PATCH",
        "/pools/explained",
        "{\"strategy\":\"priority\",\"settings\":{\"order\":[\"explained-2\"]}}");
    JsonNode why = registry.get("/load-balancing/explain?pool=explained&tool=pid");
    assertThat(why.get("strategy").asText()).isEqualTo("priority");
    assertThat(why.get("picked").asText()).isEqualTo(second.id());
    assertThat(why.get("why").asText()).isEqualTo("explained-2 (instance 1): place 1 of the order");
    assertThat(why.get("waiting").asInt()).isZero();
    assertThat(why.get("candidates")).hasSize(2);
    assertThat(why.at("/candidates/1/connectionId").asText()).isEqualTo(first.id());
    assertThat(why.at("/candidates/1/available").asBoolean()).isTrue();

    try (McpClient client =
        McpClient.modern(registry.url() + "/pools/explained/mcp", registry.key())) {
      client.connect("");
      assertThat(client.text("pid", "{}")).isEqualTo(second.instance().get("pid").asText());
      registry.send("PATCH", "/connections/" + second.id(), "{\"status\":\"idle\"}");
      assertThat(client.text("pid", "{}")).isEqualTo(first.instance().get("pid").asText());
    }
    JsonNode now = registry.get("/load-balancing/explain?pool=explained");
    assertThat(now.get("picked").asText()).isEqualTo(first.id());
  }

  @ParameterizedTest
  @CsvSource({
    "/load-balancing/distribution?pool=none, 404",
    "/load-balancing/explain?pool=none, 404",
    "/load-balancing/explain?pool=known&tool=none, 404",
    "/load-balancing/explain, 400",
    "/load-balancing/explain?pool=, 400",
  })
  void whatIsNotThereIsAProblem(String path, int status) throws Exception {
    if (registry.get("/connections?name=known").get("filtered").asInt() == 0) {
      server("known", "known", "");
    }
    Answer answer = registry.send("GET", path, "");
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body().get("type").asText()).startsWith("urn:mcp-registry:problem:");
    assertThat(answer.body().toString()).contains(path.contains("tool") ? "no tool" : "pool");
  }

  @Test
  void discoveryRanksByTheStrategyAndNamesThoseThatThereAre() throws Exception {
    server("ranked-1", "ranked", "");
    server("ranked-2", "ranked", "");
    registry.send(
        "PATCH", "/pools/ranked", "{\"settings\":{\"order\":[\"ranked-2\",\"ranked-1\"]}}");
    JsonNode found =
        registry
            .send("POST", "/connections/discover", discover("priority", ",\"maxConnections\":1"))
            .body();
    assertThat(found.get("strategy").asText()).isEqualTo("priority");
    assertThat(found.get("connections")).hasSize(1);
    Answer unknown = registry.send("POST", "/connections/discover", discover("best", ""));
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.body().toString())
        .contains("loadBalancing/strategy", "least-latency", "sticky");
  }

  private static String discover(String strategy, String more) {
    return """
    {"capabilities": ["pid"], "loadBalancing": {"strategy": "%s"%s}}
    """
        .formatted(strategy, more);
  }

  @Test
  void aStdioConnectionThatMayHaveMoreInstancesGetsThemInARush() throws Exception {
    TinyServer server =
        server("rush", "rush", ", \"capacity\": 1, \"instances\": {\"min\": 1, \"max\": 3}");
    RawClient client = new RawClient(registry, "/pools/rush/mcp");
    List<CompletableFuture<RawClient.Said>> calls = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      calls.add(RawClient.sendAsync(client.modernCall("slow", "{}", "{}", "")));
    }
    Eventually.until(() -> registry.connection(server.id()).get("upstream").size() == 3);
    for (CompletableFuture<RawClient.Said> call : calls) {
      assertThat(call.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
    assertThat(registry.get("/connections/" + server.id() + "/timeline").toString())
        .contains("\"scaled\"");
  }
}
