package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** API keys: made, shown once, used, deleted. */
class KeysIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir static Path folder;
  private static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = start(folder.resolve("data"));
  }

  private static RegistryProcess start(Path data) throws Exception {
    return RegistryProcess.start(data, Map.of("MCP_REGISTRY_EVENTS_HEARTBEAT", "1s"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static JsonNode listed(String id) throws Exception {
    for (JsonNode key : registry.get("/keys").get("keys")) {
      if (key.get("id").asText().equals(id)) {
        return key;
      }
    }
    throw new AssertionError("not listed: " + id);
  }

  private static int status(String key) throws Exception {
    return registry.sendAs(key, "GET", "/connections", "").status();
  }

  @Test
  void aKeyIsShownOnceKeptAsAHashAndOutlivesKill9() throws Exception {
    Answer made =
        registry.send(
            "POST",
            "/keys",
            "{\"name\":\"agent\",\"permissions\":[\"read\",\"call\"],\"pools\":[\"files\"]}");
    assertThat(made.status()).isEqualTo(201);
    String key = made.body().get("key").asText();
    String id = made.body().get("id").asText();
    assertThat(made.header("location")).isEqualTo("/keys/" + id);
    assertThat(key).startsWith("mcpr_").hasSizeGreaterThan(40);
    assertThat(status(key)).isEqualTo(200);

    JsonNode listed = listed(id);
    assertThat(listed.get("permissions").toString()).isEqualTo("[\"read\",\"call\"]");
    assertThat(listed.get("pools").toString()).isEqualTo("[\"files\"]");
    assertThat(listed.has("lastUsedAt")).isTrue();
    assertThat(listed.toString()).doesNotContain(key.substring(5));

    registry.kill();
    try (Stream<Path> files = Files.list(folder.resolve("data"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, ISO_8859_1)).as(file.toString()).doesNotContain(key);
      }
    }
    registry = start(folder.resolve("data"));
    assertThat(status(key)).isEqualTo(200);
  }

  @Test
  void aDeletedKeyOpensNothingAndItsStreamsEnd() throws Exception {
    Answer made =
        registry.send("POST", "/keys", "{\"name\":\"a\",\"permissions\":[\"read\",\"call\"]}");
    String key = made.body().get("key").asText();
    try (McpSocket events = new McpSocket(key, registry, "/registry/stream");
        McpSocket mcp = new McpSocket(key, registry, "/mcp", "mcp")) {
      mcp.initialize("{}");
      registry.send("DELETE", "/keys/" + made.body().get("id").asText(), "");
      assertThat(status(key)).isEqualTo(401);
      mcp.tryRaw("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\"}");
      assertThat(mcp.next(m -> m.has("error")).at("/error/message").asText()).contains("key");
      mcp.closeCode();
      events.closeCode();
    }
    assertThat(registry.send("DELETE", "/keys/" + made.body().get("id").asText(), "").status())
        .isEqualTo(404);
  }

  @Test
  void anExpiredKeyOpensNothing() throws Exception {
    String until = Instant.now().plusSeconds(3).toString();
    String key = registry.makeKey("brief", "read", ",\"expiresAt\":\"" + until + "\"");
    assertThat(status(key)).isEqualTo(200);
    await().atMost(SOON).until(() -> status(key) == 401);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|body/name",
        "{'name':'a','permissions':[]}|body/permissions",
        "{'name':'a','permissions':['root']}|body/permissions/0",
        "{'name':'a\\nb','permissions':['read']}|body/name",
        "{'name':'a','permissions':['admin'],'pools':['p']}|body/permissions",
        "{'name':'a','permissions':['read'],'pools':[]}|body/pools",
        "{'name':'a','permissions':['read'],'pools':['a b']}|body/pools/0",
        "{'name':'a','permissions':['read'],'connections':['none']}|body/connections/0",
        "{'name':'a','permissions':['read'],'expiresAt':'2020-01-01T00:00:00Z'}|body/expiresAt",
        "{'name':'a','permissions':['read'],'expiresAt':'soon'}|body/expiresAt",
        "{'name':'a','permissions':['read'],'key':'mine'}|body/key",
      })
  void aWrongRequestNamesTheField(String body, String field) throws Exception {
    int before = registry.get("/keys").get("total").asInt();
    Answer answer = registry.send("POST", "/keys", body.replace('\'', '"'));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().at("/violations/0/field").asText()).isEqualTo(field);
    assertThat(registry.get("/keys").get("total").asInt()).isEqualTo(before);
  }

  @Test
  void theDataDirectoryIsItsOwnersAlone() throws Exception {
    Path made = folder.resolve("made");
    try (RegistryProcess other = RegistryProcess.start(made)) {
      other.registerHttp("x", "http://127.0.0.1:9/mcp");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
          .isEqualTo("rwx------");
      for (String file : List.of("admin.key", "sealing.key", "audit.jsonl", "registry.db")) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.resolve(file))))
            .as(file)
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void keysAreForAdminsOnly() throws Exception {
    String key = registry.makeKey("all-but-admin", "read call write exec", "");
    for (String method : List.of("GET", "POST")) {
      assertThat(registry.sendAs(key, method, "/keys", "{}").status()).isEqualTo(403);
    }
    assertThat(registry.sendAs(key, "GET", "/audit", "").status()).isEqualTo(403);
  }
}
