package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients report who call a server without the registry. */
class UsageIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    // So long that a slow machine gets a thousand reporters in.
    registry = RegistryProcess.start(folder, Map.of("MCP_REGISTRY_METRICS_USAGE_EXPIRY", "10m"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static String server(RegistryProcess registry, String name) throws Exception {
    return registry.register(
        """
        {"name": "%s", "type": "server", "protocol": "http", "capacity": 10,
         "endpoint": {"url": "http://127.0.0.1:1/"}}
        """
            .formatted(name));
  }

  private static Answer report(String id, String report) throws Exception {
    return registry.send("POST", "/connections/" + id + "/usage", report.replace('\'', '"'));
  }

  @Test
  void reportsCountInTheFiguresAndInTheLoad() throws Exception {
    String id = server(registry, "counted");
    long before = registry.get("/registry/stats").at("/performance/requestsPerSecond").asLong();
    assertThat(
            report(
                    id,
                    "{'reporter':'x','inFlight':3,'requests':4,'errors':1,'latencies':[10,20,30,40.5]}")
                .body()
                .toString())
        .isEqualTo(
            "{\"connectionId\":\""
                + id
                + "\",\"reporters\":1,\"reportedInFlight\":3,\"activeRequests\":3,\"load\":0.3}");
    JsonNode second =
        report(id, "{'inFlight':2,'requests':600,'errors':0,'latencies':[25]}").body();
    assertThat(second.get("reportedInFlight").asInt()).isEqualTo(5);
    assertThat(second.get("load").asDouble()).isEqualTo(0.5);

    JsonNode metrics = registry.connection(id).get("metrics");
    assertThat(metrics.get("totalRequests").asInt()).isEqualTo(604);
    assertThat(metrics.get("requestsPerMinute").asInt()).isEqualTo(604);
    assertThat(metrics.get("activeConnections").asInt()).isEqualTo(5);
    assertThat(metrics.get("averageLatency").asDouble()).isBetween(24.9, 25.1);
    assertThat(metrics.get("p95Latency").asDouble()).isBetween(24.5, 25.5);
    assertThat(metrics.get("errorRate").asDouble()).isEqualTo(0.0017);
    assertThat(registry.connection(id).has("lastActiveAt")).isTrue();
    assertThat(registry.get("/pools/counted").at("/connections/0/activeRequests").asInt())
        .isEqualTo(5);
    assertThat(registry.get("/registry/stats").at("/performance/requestsPerSecond").asLong())
        .isGreaterThanOrEqualTo(before + 10);

    report(id, "{'reporter':'x','inFlight':0,'requests':0,'errors':0}");
    assertThat(report(id, "{'inFlight':0,'requests':0,'errors':0}").body().get("load").asDouble())
        .isZero();
  }

  @Test
  void aReportExpires(@TempDir Path own) throws Exception {
    try (RegistryProcess quick =
        RegistryProcess.start(own, Map.of("MCP_REGISTRY_METRICS_USAGE_EXPIRY", "300ms"))) {
      String id = server(quick, "expiring");
      quick.post(
          "/connections/" + id + "/usage", "{\"inFlight\":3,\"requests\":0,\"errors\":0}", 200);
      Eventually.until(() -> quick.connection(id).at("/metrics/activeConnections").asInt() == 0);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|body/inFlight",
        "{'inFlight':1,'errors':0}|body/requests",
        "{'inFlight':-1,'requests':0,'errors':0}|body/inFlight",
        "{'inFlight':1.5,'requests':0,'errors':0}|body/inFlight",
        "{'inFlight':'1','requests':0,'errors':0}|body/inFlight",
        "{'inFlight':1,'requests':1000001,'errors':0,'latencies':[1]}|body/requests",
        "{'inFlight':1,'requests':1,'errors':2,'latencies':[1]}|body/errors",
        "{'inFlight':1,'requests':1,'errors':0}|body/latencies",
        "{'inFlight':1,'requests':1,'errors':0,'latencies':[]}|body/latencies",
        "{'inFlight':1,'requests':1,'errors':0,'latencies':[1,2]}|body/latencies",
        "{'inFlight':1,'requests':2,'errors':0,'latencies':[1,-2]}|body/latencies/1",
        "{'inFlight':1,'requests':2,'errors':0,'latencies':['fast']}|body/latencies/0",
        "{'inFlight':1,'requests':0,'errors':0,'reporter':''}|body/reporter",
        "{'inFlight':1,'requests':0,'errors':0,'colour':'red'}|body/colour",
        "|body",
      })
  void badReportsNameTheFieldAndCountNothing(String report, String field) throws Exception {
    String id = registry.get("/connections?name=unharmed").at("/connections/0/id").asText(null);
    String unharmed = id == null ? server(registry, "unharmed") : id;
    Answer answer = report(unharmed, report == null ? "" : report);
    assertThat(answer.status()).isEqualTo(400);
    List<String> fields = new ArrayList<>();
    answer.body().get("violations").forEach(v -> fields.add(v.get("field").asText()));
    assertThat(fields).contains(field);
    JsonNode metrics = registry.connection(unharmed).get("metrics");
    assertThat(metrics.get("totalRequests").asInt()).isZero();
    assertThat(metrics.get("activeConnections").asInt()).isZero();
  }

  @Test
  void moreThanAThousandLatenciesAreRefused() throws Exception {
    String id = server(registry, "long");
    String latencies = "1,".repeat(1_000) + "1";
    Answer answer =
        report(id, "{'inFlight':0,'requests':2000,'errors':0,'latencies':[" + latencies + "]}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().get("detail").asText()).contains("body/latencies");
  }

  @Test
  void oneReporterTooManyIsToldHowToGoOn() throws Exception {
    String id = server(registry, "crowded");
    for (int i = 0; i < 1_000; i++) {
      report(id, "{'reporter':'r" + i + "','inFlight':1,'requests':0,'errors':0}");
    }
    Answer refused =
        report(id, "{'reporter':'new','inFlight':1,'requests':1,'errors':0,'latencies':[1]}");
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.body().get("type").asText())
        .isEqualTo("urn:mcp-registry:problem:too-many-reporters");
    assertThat(refused.body().get("detail").asText()).contains("600 s");
    assertThat(registry.connection(id).at("/metrics/totalRequests").asInt()).isZero();
  }

  @Test
  void onlyAServerThatIsThereIsReportedOf() throws Exception {
    String report = "{'inFlight':1,'requests':0,'errors':0}";
    assertThat(report("mcp-conn-none", report).status()).isEqualTo(404);
    String client =
        registry.register("{\"name\":\"cl\",\"type\":\"client\",\"protocol\":\"http\"}");
    assertThat(report(client, report).status()).isEqualTo(409);
    String gone = server(registry, "gone");
    assertThat(report(gone, report).status()).isEqualTo(200);
    registry.send("DELETE", "/connections/" + gone, "");
    assertThat(report(gone, report).status()).isEqualTo(409);
    assertThat(registry.connection(gone).at("/metrics/activeConnections").asInt()).isZero();
  }
}
