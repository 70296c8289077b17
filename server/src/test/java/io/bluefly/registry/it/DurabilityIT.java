package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What survives kill -9 of the registry, and what must not. */
class DurabilityIT {
  @TempDir Path folder;

  @Test
  void acknowledgedWritesSurviveKill9AndServersAreOpenedAgain() throws Exception {
    String id;
    try (RegistryProcess first = RegistryProcess.start(folder)) {
      id = first.registerNode("kept", Npm.memory());
      first.register(
          "{\"name\":\"no-command\",\"type\":\"server\",\"protocol\":\"stdio\","
              + "\"endpoint\":{\"command\":\"no-such-command\"}}");
      String gone = first.register("{\"name\":\"gone\",\"type\":\"client\",\"protocol\":\"http\"}");
      first.send("DELETE", "/connections/" + gone, "");
      Eventually.healthy(first, id);
      first.send("PATCH", "/connections/" + id, "{\"metadata\":{\"a\":1.50}}");
      first.kill();
    }
    try (RegistryProcess second = RegistryProcess.start(folder)) {
      JsonNode kept = Eventually.healthy(second, id);
      assertThat(kept.get("name").asText()).isEqualTo("kept");
      assertThat(kept.at("/metadata/a").asDouble()).isEqualTo(1.5);
      assertThat(second.get("/connections?status=disconnected").get("filtered").asInt())
          .isEqualTo(1);
      assertThat(second.get("/connections").get("total").asInt()).isEqualTo(3);
    }
    // The error state is not what is kept.
    try (var database =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("registry.db"));
        var rows =
            database
                .createStatement()
                .executeQuery("SELECT status FROM connections WHERE name = 'no-command'")) {
      assertThat(rows.getString(1)).isEqualTo("active");
    }
  }

  @Test
  void postgresKeepsWhatItIsGiven() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
      Map<String, String> database =
          Map.of(
              "MCP_REGISTRY_DATABASE_URL",
              "postgresql://postgres:postgres@localhost:" + postgres.getPort() + "/postgres");
      String id;
      try (RegistryProcess first = RegistryProcess.start(folder, database)) {
        id = first.registerNode("kept", Npm.memory());
        Eventually.healthy(first, id);
        first.kill();
      }
      assertThat(folder.resolve("registry.db")).doesNotExist();
      try (RegistryProcess second = RegistryProcess.start(folder, database)) {
        assertThat(Eventually.healthy(second, id).get("name").asText()).isEqualTo("kept");
      }
    }
  }

  @Test
  @SuppressWarnings("try") // The database goes before the registry does.
  void aRegistryWithoutItsDatabaseIsAliveButNotReady() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        RegistryProcess registry =
            RegistryProcess.start(
                folder,
                Map.of(
                    "MCP_REGISTRY_DATABASE_URL",
                    "postgresql://postgres:postgres@localhost:"
                        + postgres.getPort()
                        + "/postgres"))) {
      assertThat(registry.get("/health/ready").get("status").asText()).isEqualTo("ready");
      postgres.close();
      Eventually.until(() ->
          registry
              .send(registry.request("/health/ready").GET())
              .body()
              .path("type")
              .asText()
              .equals("urn:mcp-registry:problem:not-ready"));
      assertThat(registry.get("/health/live").get("status").asText()).isEqualTo("live");
      assertThat(registry.get("/health").get("status").asText()).isEqualTo("healthy");
    }
  }

  @Test
  void everyAcknowledgedRegistrationOfAKilledRegistryIsThere() throws Exception {
    ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
    RegistryProcess first = RegistryProcess.start(folder);
    String key = first.key();
    CountDownLatch enough = new CountDownLatch(100);
    List<Thread> writers = new ArrayList<>();
    for (int w = 0; w < 4; w++) {
      String prefix = "w" + w + "-";
      writers.add(
          Thread.startVirtualThread(() -> {
            try {
              for (int i = 0; i < 10_000; i++) {
                acknowledged.add(
                    first.register(
                        "{\"name\":\""
                            + prefix
                            + i
                            + "\",\"type\":\"client\",\"protocol\":\"http\"}"));
                enough.countDown();
              }
            } catch (Exception | AssertionError e) {
              // The registry is gone: what it did not acknowledge may be lost.
            }
          }));
    }
    enough.await();
    first.kill();
    for (Thread writer : writers) {
      writer.join();
    }
    try (RegistryProcess second = RegistryProcess.start(folder)) {
      assertThat(second.key()).isEqualTo(key);
      for (String id : acknowledged) {
        assertThat(second.send("GET", "/connections/" + id, "").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void noChildSurvivesKill9OfTheRegistryNotEvenAStubbornOne() throws Exception {
    List<Long> pids = new ArrayList<>();
    try (RegistryProcess registry = RegistryProcess.start(folder)) {
      String stubborn = registry.registerNode("stubborn", Npm.script("stubborn-server.mjs"));
      String npx =
          registry.register(
              """
              {"name": "by-npx", "type": "server", "protocol": "stdio",
               "endpoint": {"command": "npx", "args": ["mcp-server-filesystem", "/tmp"],
                 "cwd": "%s"}}
              """
                  .formatted(Npm.folder()));
      Eventually.healthy(registry, stubborn);
      Eventually.healthy(registry, npx);
      try (McpClient client = McpClient.modern(registry.mcp(stubborn), registry.key())) {
        client.connect("");
        JsonNode family = new ObjectMapper().readTree(client.text("pid", "{}"));
        pids.add(family.get("pid").asLong());
        pids.add(family.get("grandchild").asLong());
      }
      registry.handle().descendants().map(ProcessHandle::pid).forEach(pids::add);
      assertThat(pids).allMatch(pid -> ProcessHandle.of(pid).isPresent());
      registry.kill();
    }
    Eventually.until(() -> pids.stream().noneMatch(DurabilityIT::isAlive));
  }

  @Test
  void nobodySurvivesKill9OfTheRegistryNotEvenWhoHasLeftTheGroup() throws Exception {
    Path files = Files.createDirectory(folder.resolve("pids"));
    List<Path> written = Stream.of("self", "group", "outside").map(files::resolve).toList();
    List<Long> pids = new ArrayList<>();
    try (RegistryProcess registry = RegistryProcess.start(folder.resolve("data"))) {
      TinyServer server = TinyServer.register(registry, "forks", "", "forks", files.toString());
      Eventually.healthy(registry, server.id());
      for (Path file : written) {
        Eventually.until(() -> Files.exists(file) && !Files.readString(file).isBlank());
        pids.add(Long.valueOf(Files.readString(file).strip()));
      }
      assertThat(pids).allMatch(DurabilityIT::isAlive);
      assertThat(registry.handle().descendants().map(ProcessHandle::pid))
          .contains(pids.get(0), pids.get(1))
          .doesNotContain(pids.get(2));
      registry.kill();
    }
    Eventually.until(() -> pids.stream().noneMatch(DurabilityIT::isAlive));
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  @Test
  void noChildSurvivesAnOrderlyStopOrADisconnect() throws Exception {
    List<Long> pids = new ArrayList<>();
    try (RegistryProcess registry = RegistryProcess.start(folder)) {
      String first = registry.registerNode("first", Npm.script("stubborn-server.mjs"));
      String second = registry.registerNode("second", Npm.script("stubborn-server.mjs"));
      Eventually.healthy(registry, first);
      Eventually.healthy(registry, second);
      long pid = registry.connection(first).at("/upstream/0/pid").asLong();
      List<Long> family =
          ProcessHandle.of(pid).orElseThrow().descendants().map(ProcessHandle::pid).toList();
      assertThat(family).hasSize(1);
      registry.send("DELETE", "/connections/" + first, "");
      assertThat(isAlive(pid) || isAlive(family.getFirst())).isFalse();
      registry.handle().descendants().map(ProcessHandle::pid).forEach(pids::add);
    }
    Eventually.until(() -> pids.stream().noneMatch(DurabilityIT::isAlive));
  }

  @Test
  void theKeyIsForItsOwnerOnly() throws Exception {
    try (RegistryProcess registry = RegistryProcess.start(folder)) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(folder.resolve("admin.key"))))
          .isEqualTo("rw-------");
      Eventually.until(() -> registry.printed().toString().contains("admin.key"));
    }
  }

  @Test
  void aDamagedDatabaseIsRefusedWithTheWayOut() throws Exception {
    Files.writeString(folder.resolve("registry.db"), "this is no database ".repeat(1000));
    var refusal = RegistryProcess.refused(folder, RegistryProcess.freePort(), Map.of());
    assertThat(refusal.exitCode()).isEqualTo(1);
    assertThat(refusal.message()).contains("registry.db").contains("backup");
    assertThat(refusal.message().lines()).hasSize(1);
  }

  @Test
  void aNewerDatabaseIsRefusedWithTheWayOut() throws Exception {
    RegistryProcess.start(folder).close();
    try (var database =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("registry.db"));
        var statement = database.createStatement()) {
      statement.executeUpdate(
          "INSERT INTO schema_history (installed_rank, version, description, type, script,"
              + " checksum, installed_by, execution_time, success) VALUES (99, '99', 'future',"
              + " 'SQL', 'V99__future.sql', 1, 'x', 1, 1)");
    }
    var refusal = RegistryProcess.refused(folder, RegistryProcess.freePort(), Map.of());
    assertThat(refusal.exitCode()).isEqualTo(1);
    assertThat(refusal.message()).contains("newer version").contains("backup");
    assertThat(refusal.message().lines()).hasSize(1);
  }

  @Test
  void wrongSettingsAreOneSentence() throws Exception {
    try (RegistryProcess running = RegistryProcess.start(folder.resolve("a"))) {
      assertRefused("already in use", running.port(), Map.of());
      var second = RegistryProcess.refused(folder.resolve("a"), 0, Map.of());
      assertThat(second.message()).contains("Another registry").contains("--data-dir");
    }
    assertRefused("port", 70_000, Map.of());
    var nowhere = RegistryProcess.refused(Path.of("/proc/nowhere"), 0, Map.of());
    assertThat(nowhere.exitCode()).isEqualTo(1);
    assertThat(nowhere.message()).contains("/proc/nowhere").contains("--data-dir");
    assertRefused("auth", 0, Map.of("MCP_REGISTRY_AUTH", "false"), "--host", "0.0.0.0");
    assertRefused("database", 0, Map.of("MCP_REGISTRY_DATABASE_URL", "mysql://a/b"));
    assertRefused("neither true nor false", 0, Map.of("MCP_REGISTRY_AUTH", "maybe"));
    assertRefused("no duration", 0, Map.of("MCP_REGISTRY_GATEWAY_CALL_TIMEOUT", "soon"));
    assertRefused("metrics.save-interval", 0, Map.of("MCP_REGISTRY_METRICS_SAVE_INTERVAL", "0s"));
    assertRefused("health.flap-half-life", 0, Map.of("MCP_REGISTRY_HEALTH_FLAP_HALF_LIFE", "0s"));
    assertRefused("from 0 to 1", 0, Map.of("MCP_REGISTRY_TELEMETRY_SAMPLE_RATIO", "7"));
    Path file = Files.writeString(folder.resolve("bad.yaml"), "mcp-registry:\n  prot: 3000\n");
    assertRefused("mcp-registry.prot", 0, Map.of(), "--config", file.toString());
    var usage = RegistryProcess.refused(folder.resolve("b"), 0, Map.of(), "--prot", "1");
    assertThat(usage.exitCode()).isEqualTo(2);
    assertThat(usage.message()).contains("--prot").contains("--help");
  }

  private void assertRefused(
      String reason, int port, Map<String, String> environment, String... options)
      throws Exception {
    var refusal = RegistryProcess.refused(folder.resolve("b"), port, environment, options);
    assertThat(refusal.exitCode()).as(refusal.message()).isEqualTo(1);
    assertThat(refusal.message()).contains(reason);
    assertThat(refusal.message().lines()).hasSize(1);
  }

  @Test
  void theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("registry.yaml"),
            "mcp-registry:\n  port: 1\n  host: 1.2.3.4\n  allowed-hosts: [from-file.example]\n");
    try (RegistryProcess registry =
        RegistryProcess.start(
            folder.resolve("c"),
            Map.of("MCP_REGISTRY_PORT", "2", "MCP_REGISTRY_HOST", "127.0.0.1"),
            "--config",
            file.toString())) {
      assertThat(registry.get("/health").get("status").asText()).isEqualTo("healthy");
    }
  }
}
