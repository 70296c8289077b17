package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.drupal.DrupalSite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sync with a Drupal site as its users see it: by the API, over restarts, by itself. */
class DrupalIT {
  private static final int PER_BATCH = 500;

  @TempDir Path folder;
  private DrupalSite site;

  @BeforeEach
  void startSite() throws IOException {
    site = DrupalSite.start();
  }

  @AfterEach
  void stopSite() {
    site.close();
  }

  private RegistryProcess start(String... options) throws Exception {
    return RegistryProcess.start(
        folder.resolve("data"),
        Map.of(
            "MCP_REGISTRY_DRUPAL_ORIGINS",
            site.origin().toString(),
            "MCP_REGISTRY_SECRETS",
            "DRUPAL_API_KEY@" + site.origin(),
            "DRUPAL_API_KEY",
            DrupalSite.SYNC_KEY),
        options);
  }

  private String request(String more) {
    return """
    {"drupalEndpoint": "%s", "apiKey": "${DRUPAL_API_KEY}", "syncMode": "bidirectional"%s}
    """
        .formatted(site.origin(), more);
  }

  private JsonNode synced(RegistryProcess registry) throws Exception {
    return registry.post("/drupal/sync?wait=true", request(""), 200);
  }

  /** Clients: nobody has to be reached. */
  private static void register(RegistryProcess registry, int from, int to) throws Exception {
    for (int start = from; start < to; start += PER_BATCH) {
      List<String> operations = new ArrayList<>();
      for (int i = start; i < Math.min(to, start + PER_BATCH); i++) {
        operations.add(
            "{\"op\": \"register\", \"name\": \"c%d\", \"type\": \"client\", \"protocol\": \"http\"}"
                .formatted(i));
      }
      registry.post(
          "/connections/batch", "{\"operations\": [" + String.join(",", operations) + "]}", 200);
    }
  }

  private Set<String> titles() {
    Set<String> titles = new HashSet<>();
    site.nodes().forEach(node -> titles.add(node.path("attributes").path("title").asText()));
    return titles;
  }

  @Test
  void aSyncIsAJobThatIsToldOfAndTheKeyIsNowhere() throws Exception {
    try (RegistryProcess registry = start()) {
      register(registry, 0, 3);
      JsonNode report;
      try (McpSocket events = new McpSocket(registry, "/registry/stream")) {
        events.send("{'action':'subscribe','events':['drupal-sync']}");
        events.next(m -> m.path("type").asText().equals("subscribed"));
        RegistryProcess.Answer begun = registry.send("POST", "/drupal/sync", request(""));
        assertThat(begun.status()).isEqualTo(202);
        String id = begun.body().get("syncId").asText();
        assertThat(begun.header("location")).isEqualTo("/drupal/syncs/" + id);
        JsonNode first = events.next(m -> m.path("syncId").asText().equals(id));
        assertThat(first.get("status").asText()).isEqualTo("running");
        JsonNode last = events.next(m -> m.path("status").asText().equals("completed"));
        assertThat(last.get("pushed").asInt()).isEqualTo(3);
        report = registry.get("/drupal/syncs/" + id);
      }
      assertThat(report.get("status").asText()).isEqualTo("completed");
      assertThat(report.get("finishedAt").asText()).isNotEmpty();
      JsonNode next = synced(registry);
      assertThat(next.get("unchanged").asInt()).isEqualTo(3);
      JsonNode list = registry.get("/drupal/syncs");
      assertThat(list.get("total").asInt()).isEqualTo(2);
      assertThat(list.get("syncs").get(0).get("syncId")).isEqualTo(next.get("syncId"));
      assertThat(registry.send("GET", "/drupal/syncs/none", "").status()).isEqualTo(404);
      String literal = request("").replace("${DRUPAL_API_KEY}", DrupalSite.SYNC_KEY);
      assertThat(registry.post("/drupal/sync?wait=true", literal, 200).get("status").asText())
          .isEqualTo("completed");
      assertThat(registry.log()).noneMatch(line -> line.contains(DrupalSite.SYNC_KEY));
      assertThat(registry.get("/drupal/syncs").toString() + registry.get("/audit"))
          .doesNotContain(DrupalSite.SYNC_KEY);
    }
    assertNothingKeeps(DrupalSite.SYNC_KEY);
  }

  private void assertNothingKeeps(String secret) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as("%s", file)
            .doesNotContain(secret);
      }
    }
  }

  @Test
  void whatCanNotBeBegunNamesTheFieldAndTheWayOut() throws Exception {
    try (RegistryProcess registry = start()) {
      register(registry, 0, 1);
      assertRefused(registry, request(",\"syncMode2\": 1"), 400, "syncMode2", "");
      assertRefused(
          registry, request(",\"conflictPolicy\": \"mine\""), 400, "conflictPolicy", "newest");
      assertRefused(
          registry,
          request("").replace("DRUPAL_API_KEY", "OTHER"),
          400,
          "body/apiKey",
          "OTHER@" + site.origin());
      assertRefused(
          registry,
          request("").replace(site.origin().toString(), "https://example.com"),
          403,
          "body/drupalEndpoint",
          "MCP_REGISTRY_DRUPAL_ORIGINS");
      assertRefused(
          registry,
          request("").replace("http://127", "http://user:pw@127"),
          400,
          "body/drupalEndpoint",
          "apiKey");
      String limited = registry.makeKey("limited", "read write", ",\"pools\":[\"c0\"]");
      assertThat(registry.sendAs(limited, "POST", "/drupal/sync", request("")).status())
          .isEqualTo(403);
      assertThat(registry.sendAs(limited, "GET", "/drupal/syncs", "").status()).isEqualTo(403);
      assertThat(site.received()).isEmpty();
      site.delay(Duration.ofMillis(500));
      String id = registry.post("/drupal/sync", request(""), 202).get("syncId").asText();
      assertRefused(registry, request(""), 409, "", id);
    }
  }

  private static void assertRefused(
      RegistryProcess registry, String body, int status, String field, String wayOut)
      throws Exception {
    RegistryProcess.Answer answer = registry.send("POST", "/drupal/sync", body);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(status);
    assertThat(answer.body().toString()).contains(field, wayOut);
  }

  @Test
  void whatKill9InterruptsIsFinishedByTheNextSyncWithoutDoubles() throws Exception {
    RegistryProcess registry = start();
    register(registry, 0, 60);
    for (int i = 0; i < 20; i++) {
      site.create(
          Map.of(
              "title", "d" + i,
              "field_mcp_connection_id", "new",
              "field_mcp_type", "client",
              "field_mcp_protocol", "http",
              "field_mcp_status", "disconnected"));
    }
    CountDownLatch amid = new CountDownLatch(1);
    site.delay(Duration.ofMillis(20));
    site.after(request -> request.body().contains("\"c9\""), amid::countDown);
    String id = registry.post("/drupal/sync", request(""), 202).get("syncId").asText();
    assertThat(amid.await(30, TimeUnit.SECONDS)).isTrue();
    registry.kill();
    assertThat(site.nodes()).hasSizeLessThan(80);
    site.delay(Duration.ZERO);
    try (RegistryProcess again = start()) {
      JsonNode interrupted = again.get("/drupal/syncs/" + id);
      assertThat(interrupted.get("status").asText()).isEqualTo("partial");
      assertThat(interrupted.get("errors").get(0).get("reason").asText()).isEqualTo("interrupted");
      JsonNode finished = synced(again);
      assertThat(finished.get("status").asText()).as("%s", finished).isEqualTo("completed");
      assertThat(site.nodes()).hasSize(80);
      assertThat(titles()).hasSize(80);
      assertThat(again.get("/connections?limit=1").get("filtered").asInt()).isEqualTo(80);
      // Health waits where a node was changed in the second in which it was read.
      await().atMost(Duration.ofSeconds(20)).until(() -> writesNothing(again));
      assertThat(site.nodes()).hasSize(80);
    }
  }

  private boolean writesNothing(RegistryProcess registry) throws Exception {
    site.forget();
    return synced(registry).get("unchanged").asInt() == 80 && site.writes() == 0;
  }

  /** With the site's answers of 50 ms it takes a quarter of that. */
  @Test
  void aThousandConnectionsAreInSyncWithinAMinute() throws Exception {
    try (RegistryProcess registry = start()) {
      register(registry, 0, 1_000);
      site.delay(Duration.ofMillis(50));
      JsonNode report = registry.post("/drupal/sync?wait=true", request(""), 200);
      assertThat(report.get("pushed").asInt()).as("%s", report).isEqualTo(1_000);
      Duration taken =
          Duration.between(
              java.time.Instant.parse(report.get("startedAt").asText()),
              java.time.Instant.parse(report.get("finishedAt").asText()));
      assertThat(taken).isLessThan(Duration.ofSeconds(60));
      assertThat(site.mostAtOnce()).isEqualTo(4);
      site.forget();
      assertThat(synced(registry).get("unchanged").asInt()).isEqualTo(1_000);
      assertThat(site.writes()).isZero();
      assertThat(site.received()).as("the entry point, and twenty pages").hasSize(21);
    }
  }

  @Test
  void aSyncOfTheSettingsRunsByItself() throws Exception {
    Path settings = folder.resolve("registry.yaml");
    Files.writeString(
        settings,
        """
        mcp-registry:
          drupal:
            syncs:
              main:
                endpoint: %s
                secret: DRUPAL_API_KEY
                mode: push
                interval: 10s
        """
            .formatted(site.origin()));
    try (RegistryProcess registry = start("--config", settings.toString())) {
      register(registry, 0, 1);
      await().atMost(Duration.ofSeconds(30)).until(() -> !site.nodes().isEmpty());
      assertThat(registry.get("/drupal/syncs").get("syncs").get(0).get("mode").asText())
          .isEqualTo("push");
    }
  }

  @Test
  void settingsThatCanNotWorkAreRefusedAtTheStart() throws Exception {
    assertThat(refused("MCP_REGISTRY_DRUPAL_ORIGINS", "https://example.com/drupal"))
        .contains("mcp-registry.drupal.origins", "is no origin");
    assertThat(refused("MCP_REGISTRY_DRUPAL_CREDENTIAL", "query"))
        .contains("mcp-registry.drupal.credential", "x-api-key");
  }

  private String refused(String variable, String value) throws Exception {
    return RegistryProcess.refused(
            folder.resolve("refused"), RegistryProcess.freePort(), Map.of(variable, value))
        .message();
  }
}
