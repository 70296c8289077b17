package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A registration that declares capabilities is good for those alone, whatever way is tried. */
class DeclaredCapabilitiesIT {
  private static final String PROMPT =
      "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"test_prompt_with_arguments\"},"
          + "\"argument\":{\"name\":\"arg1\",\"value\":\"t\"}";
  private static final String URI = "\"uri\":\"test://watched-resource\"";

  @TempDir static Path data;

  @SuppressWarnings("NullAway.Init")
  private static RegistryProcess registry;

  @SuppressWarnings("NullAway.Init")
  private static TestServer modern;

  @SuppressWarnings("NullAway.Init")
  private static TestServer legacy;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(data, Map.of("MCP_REGISTRY_AUTH", "false"));
    modern = TestServer.start(Era.MODERN, Transport.HTTP);
    legacy = TestServer.start(Era.LEGACY, Transport.HTTP);
    for (TestServer server : new TestServer[] {modern, legacy}) {
      String name = server.equals(modern) ? "modern" : "legacy";
      String id =
          registry.register(
              """
              {"name": "%s", "type": "server", "protocol": "http", "capabilities": ["echo"],
               "endpoint": {"url": "%s"}}
              """
                  .formatted(name, server.url()));
      Eventually.healthy(registry, id);
    }
  }

  @AfterAll
  static void stop() {
    registry.close();
    modern.close();
    legacy.close();
  }

  private static RawClient client(String server, boolean pool) throws Exception {
    String id = "";
    for (var connection : registry.get("/connections").get("connections")) {
      id = connection.get("name").asText().equals(server) ? connection.get("id").asText() : id;
    }
    return new RawClient(
        registry, pool ? "/pools/" + server + "/mcp" : "/connections/" + id + "/mcp");
  }

  private static Said modern(RawClient client, String method, String name, String params)
      throws Exception {
    String meta = RawClient.meta("{}");
    return RawClient.send(
        client.modern(method, name, "{" + params + (params.isEmpty() ? "" : ",") + meta + "}"));
  }

  @ParameterizedTest
  @CsvSource({"modern, false", "modern, true", "legacy, false", "legacy, true"})
  void aModernClientGetsNothingElse(String server, boolean pool) throws Exception {
    RawClient client = client(server, pool);

    assertThat(client.callModern("echo", "{}").status()).isEqualTo(200);
    assertThat(client.callModern("test_simple_text", "{}").code()).isEqualTo(-32602);
    assertThat(modern(client, "tools/list", "", "").json().at("/result/tools")).hasSize(1);
    assertThat(modern(client, "resources/list", "", "").json().at("/result/resources")).isEmpty();
    assertThat(modern(client, "completion/complete", "", PROMPT).code()).isEqualTo(-32602);
    assertThat(modern(client, "custom/method", "", "").code()).isEqualTo(-32602);
  }

  @ParameterizedTest
  @CsvSource({"modern, false", "modern, true", "legacy, false", "legacy, true"})
  void aLegacyClientGetsNothingElse(String server, boolean pool) throws Exception {
    RawClient client = client(server, pool);
    String session = client.initialize("{}");

    assertThat(client.callLegacy(session, "echo", "{}").status()).isEqualTo(200);
    assertThat(client.callLegacy(session, "test_simple_text", "{}").code()).isEqualTo(-32602);
    assertThat(said(client, session, "completion/complete", PROMPT).code()).isEqualTo(-32602);
    assertThat(said(client, session, "resources/subscribe", URI).code()).isNotZero();
    assertThat(said(client, session, "resources/read", URI).code()).isEqualTo(-32602);
    assertThat(legacy.subscribedUris()).isEmpty();
    assertThat(modern.subscribedUris()).isEmpty();
  }

  @Test
  void aMemberThatDeclaresOtherwiseIsCalledOtherwiseAtOnce() throws Exception {
    try (TestServer first = TestServer.start(Era.MODERN, Transport.HTTP);
        TestServer second = TestServer.start(Era.MODERN, Transport.HTTP)) {
      String one = member("one", first);
      String two = member("two", second);
      RawClient pool = RawClient.ofPool(registry, "changing");
      assertThat(servers(pool)).containsExactlyInAnyOrder(one, two);

      declare(one, "[\"test_simple_text\"]");
      assertThat(servers(pool)).containsExactly(two);
      declare(two, "[\"test_simple_text\"]");
      assertThat(pool.callModern("echo", "{}").code()).isEqualTo(-32602);
      declare(one, "null");
      assertThat(servers(pool)).containsExactly(one);
    }
  }

  private static String member(String name, TestServer server) throws Exception {
    String id =
        registry.register(
            """
            {"name": "%s", "type": "server", "protocol": "http", "pool": "changing",
             "endpoint": {"url": "%s"}}
            """
                .formatted(name, server.url()));
    Eventually.healthy(registry, id);
    return id;
  }

  private static void declare(String id, String capabilities) throws Exception {
    String update = "{\"capabilities\":" + capabilities + "}";
    assertThat(registry.send("PATCH", "/connections/" + id, update).status()).isEqualTo(200);
  }

  /** Whom some calls went to. */
  private static Set<String> servers(RawClient pool) throws Exception {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      ids.add(pool.callModern("echo", "{}").header("mcp-registry-connection"));
    }
    return ids;
  }

  private static Said said(RawClient client, String session, String method, String params)
      throws Exception {
    return RawClient.send(
        client.inSession(session, RawClient.message("1", method, "{" + params + "}")));
  }
}
