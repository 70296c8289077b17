package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the timeline tells of a connection's life. */
class TimelineIT {
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

  private static List<JsonNode> entries(String id, String query) throws Exception {
    List<JsonNode> entries = new ArrayList<>();
    registry.get("/connections/" + id + "/timeline" + query).get("entries").forEach(entries::add);
    return entries;
  }

  private static List<String> types(String id) throws Exception {
    return entries(id, "").stream().map(e -> e.get("type").asText()).toList();
  }

  /** The newest entry of a type; missing while there is none. */
  private static JsonNode newest(String id, String type) throws Exception {
    return entries(id, "").stream()
        .filter(e -> e.get("type").asText().equals(type))
        .findFirst()
        .orElse(MissingNode.getInstance());
  }

  @Test
  void aKilledServerIsToldFromItsEndToItsRecovery() throws Exception {
    String id = registry.registerNode("killed", Npm.script("modern-server.mjs"), "stdio");
    long pid = Eventually.healthy(registry, id).at("/upstream/0/pid").asLong();
    Eventually.until(() -> types(id).contains("capabilities"));
    List<String> before = types(id);
    assertThat(before)
        .endsWith("registered")
        .containsExactlyInAnyOrder("registered", "started", "opened", "health", "capabilities");

    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    Eventually.until(() -> registry.connection(id).at("/upstream/0/restarts").asInt() == 1);
    Eventually.status(registry, id, "active");
    Eventually.until(() -> types(id).size() == before.size() + 8);
    List<String> since = new ArrayList<>(types(id).subList(0, 8));
    Collections.reverse(since);
    assertThat(since)
        .contains("exited")
        .containsSubsequence("down", "health", "status", "started", "opened", "health", "status");
    assertThat(newest(id, "exited").path("message").asText())
        .isEqualTo("Process " + pid + " was ended by signal 9");

    JsonNode opened = newest(id, "opened");
    assertThat(opened.at("/details/server").asText()).isEqualTo("modern-server");
    assertThat(opened.at("/details/version").asText()).isNotEmpty();
    assertThat(opened.at("/details/handshake").isIntegralNumber()).isTrue();
    assertThat(newest(id, "down").at("/details/reason").asText()).isEqualTo("exited");
    assertThat(newest(id, "status").path("message").asText())
        .isEqualTo("Status is active, was error");

    List<Instant> times =
        entries(id, "").stream().map(e -> Instant.parse(e.get("at").asText())).toList();
    assertThat(times).isSortedAccordingTo(Collections.reverseOrder());
    assertThat(entries(id, "?limit=2")).hasSize(2);
  }

  @Test
  void changesAndTheEndAreTold() throws Exception {
    String id =
        registry.register(
            """
            {"name": "changed", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "no-such-command", "env": {"TOKEN": "s3cr3t"}}}
            """);
    Eventually.status(registry, id, "error");
    registry.send(
        "PATCH",
        "/connections/" + id,
        "{\"weight\":3,\"endpoint\":{\"env\":{\"TOKEN\":\"s3cr3t-2\"}}}");
    assertThat(newest(id, "updated").path("message").asText())
        .isEqualTo("Changed: endpoint, weight; the server is opened again");
    registry.send("PATCH", "/connections/" + id, "{\"status\":\"idle\"}");
    assertThat(newest(id, "status").at("/details/now").asText()).isEqualTo("idle");
    registry.send("DELETE", "/connections/" + id, "");
    Eventually.until(() -> types(id).getFirst().equals("closed"));
    assertThat(types(id).get(1)).isEqualTo("disconnected");
    assertThat(entries(id, "").toString()).doesNotContain("s3cr3t");
  }

  @Test
  void aFailureThatGoesOnIsOneEntry() throws Exception {
    String id = registry.registerHttp("refused", "http://127.0.0.1:1/");
    Eventually.until(() -> newest(id, "down").path("times").asInt() > 1);
    JsonNode down = newest(id, "down");
    assertThat(Instant.parse(down.get("lastAt").asText()))
        .isAfter(Instant.parse(down.get("at").asText()));
    assertThat(Collections.frequency(types(id), "down")).isLessThan(3);
  }

  @Test
  void badRequestsAreProblems() throws Exception {
    String id = registry.register("{\"name\":\"c\",\"type\":\"client\",\"protocol\":\"http\"}");
    assertThat(types(id)).containsExactly("registered");
    assertThat(registry.send("GET", "/connections/mcp-conn-none/timeline", "").status())
        .isEqualTo(404);
    for (String limit : List.of("0", "101", "all")) {
      assertThat(
              registry
                  .send("GET", "/connections/" + id + "/timeline?limit=" + limit, "")
                  .body()
                  .at("/violations/0/field")
                  .asText())
          .isEqualTo("query/limit");
    }
  }

  @Test
  void afterARestartTheTimelineBeginsAnew(@TempDir Path own) throws Exception {
    String id;
    try (RegistryProcess first = RegistryProcess.start(own)) {
      id = first.register("{\"name\":\"c\",\"type\":\"client\",\"protocol\":\"http\"}");
    }
    try (RegistryProcess second = RegistryProcess.start(own)) {
      JsonNode entry = second.get("/connections/" + id + "/timeline").at("/entries/0");
      assertThat(entry.get("type").asText()).isEqualTo("loaded");
      assertThat(entry.at("/details/registeredAt").asText())
          .isEqualTo(second.connection(id).get("createdAt").asText());
    }
  }
}
