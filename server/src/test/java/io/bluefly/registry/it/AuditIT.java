package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.Options;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written down, and how it is found again. */
class AuditIT {
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder, Map.of("MCP_REGISTRY_AUDIT_CALLS", "true"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static JsonNode newest(String query) throws Exception {
    JsonNode found = registry.get("/audit?limit=10&" + query);
    assertThat(found.get("total").asInt()).as(query).isPositive();
    return found.at("/entries/0");
  }

  private static String client(String name) throws Exception {
    return registry.register(
        "{\"name\":\"%s\",\"type\":\"client\",\"protocol\":\"http\"}".formatted(name));
  }

  @Test
  void everyChangeIsWrittenDownBeforeItIsAnswered() throws Exception {
    String id = client("audited");
    assertThat(Files.readString(folder.resolve("audit.jsonl"))).contains(id);
    JsonNode registered = newest("action=registerConnection&target=" + id);
    assertThat(registered.get("principal").asText()).isEqualTo("admin");
    assertThat(registered.get("from").asText()).isEqualTo("127.0.0.1");
    assertThat(registered.get("outcome").asText()).isEqualTo("done");
    assertThat(registered.get("status").asInt()).isEqualTo(201);

    registry.send("PATCH", "/connections/" + id, "{\"weight\":0}");
    JsonNode refused = newest("action=updateConnection&target=" + id);
    assertThat(refused.get("outcome").asText()).isEqualTo("refused");
    assertThat(refused.get("reason").asText()).isEqualTo("invalid-request");

    String batch = "{\"operations\":[{\"op\":\"disconnect\",\"connectionId\":\"" + id + "\"}]}";
    registry.post("/connections/batch", batch, 200);
    newest("action=changeConnections/disconnect&outcome=done&target=" + id);
  }

  @Test
  void whoIsRefusedIsWrittenDownAndNoKeyEver() throws Exception {
    String key = registry.makeKey("reader", "read", "");
    String id = registry.get("/keys").at("/keys/0/id").asText();
    registry.sendAs(key, "POST", "/connections", "{}");
    JsonNode refused = newest("principal=" + id);
    assertThat(refused.get("name").asText()).isEqualTo("reader");
    assertThat(refused.get("target").asText()).isEqualTo("POST /connections");
    assertThat(refused.get("reason").asText()).isEqualTo("forbidden");
    registry.sendAs(key, "POST", "/mcp", "{}");
    assertThat(newest("principal=" + id).get("target").asText()).isEqualTo("POST /mcp");

    registry.sendAs("a-wrong-key", "GET", "/connections?a-query=1", "");
    JsonNode stranger = newest("outcome=refused&target=GET%20/connections");
    assertThat(stranger.has("principal")).isFalse();
    assertThat(stranger.get("reason").asText()).isEqualTo("unauthorized");
    assertThat(Files.readString(folder.resolve("refused.jsonl")))
        .contains("GET /connections")
        .doesNotContain("a-wrong-key")
        .doesNotContain("a-query")
        .doesNotContain(key)
        .doesNotContain(registry.key());
  }

  @Test
  void callsAreWrittenDownWhereThatIsWanted() throws Exception {
    try (TestServer server = TestServer.start(Options.of(Era.MODERN, Transport.HTTP))) {
      String id = registry.registerHttp("called", server.url().toString());
      Eventually.healthy(registry, id);
      ModernHttp.at(registry, "/connections/" + id + "/mcp")
          .result("tools/call", "{'name':'echo','arguments':{'text':'a-private-argument'}}");
      await()
          .atMost(SOON)
          .untilAsserted(() ->
              assertThat(newest("action=tools/call&outcome=done").get("target").asText())
                  .isEqualTo(id + " echo"));
      assertThat(newest("action=tools/call&outcome=begun").get("target").asText())
          .isEqualTo("/connections/" + id + "/mcp echo");
      assertThat(Files.readString(folder.resolve("audit.jsonl")))
          .doesNotContain("a-private-argument");
    }
  }

  @Test
  void withoutTheLogNothingIsChangedButWhatShowedThatItIsAway() throws Exception {
    Path own = Files.createDirectory(folder.resolve("own"));
    Files.createDirectory(own.resolve("audit.jsonl"));
    try (RegistryProcess broken = RegistryProcess.start(own)) {
      String operation =
          "{\"op\":\"register\",\"name\":\"b\",\"type\":\"client\",\"protocol\":\"http\"}";
      var items = broken.post("/connections/batch", "{\"operations\":[" + operation + "]}", 200);
      assertThat(items.at("/results/0/status").asInt()).isEqualTo(500);
      assertThat(items.at("/results/0/problem/type").asText()).endsWith(":not-audited");
      assertThat(items.at("/summary/failed").asInt()).isEqualTo(1);
    }
    try (RegistryProcess broken = RegistryProcess.start(own)) {
      String body = "{\"name\":\"x\",\"type\":\"client\",\"protocol\":\"http\"}";
      var unnoted = broken.send("POST", "/connections", body);
      assertThat(unnoted.status()).isEqualTo(500);
      assertThat(unnoted.body().get("type").asText())
          .isEqualTo("urn:mcp-registry:problem:not-audited");
      assertThat(unnoted.header("location")).startsWith("/connections/mcp-conn-");
      assertThat(broken.get("/connections").get("total").asInt()).isEqualTo(2);
      broken.sendAs("a-wrong-key", "GET", "/connections", ""); // That can be written down.
      body = body.replace("x", "y");
      var refused = broken.send("POST", "/connections", body);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.body().get("type").asText())
          .isEqualTo("urn:mcp-registry:problem:audit-unavailable");
      assertThat(broken.get("/connections").get("total").asInt()).isEqualTo(2);
      Files.delete(own.resolve("audit.jsonl"));
      String next = body;
      await().atMost(SOON).until(() -> broken.send("POST", "/connections", next).status() == 201);
    }
  }

  @Test
  void aWrongFilterNamesTheField() throws Exception {
    var answer = registry.send("GET", "/audit?from=yesterday", "");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().at("/violations/0/field").asText()).isEqualTo("query/from");
  }
}
