package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers that want tokens, which the registry gets for itself. */
class UpstreamCredentialsIT {
  @TempDir static Path folder;
  @TempDir static Path secrets;
  static ProtectedServer modern;
  static ProtectedServer legacy;
  static ProtectedServer socket;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    modern = new ProtectedServer(TestServer.start(Era.MODERN, Transport.HTTP));
    legacy = new ProtectedServer(TestServer.start(Era.LEGACY, Transport.HTTP));
    socket = new ProtectedServer(TestServer.start(Era.LEGACY, Transport.WEBSOCKET));
    Files.writeString(secrets.resolve("CLIENT_SECRET"), "s3cr3t-canary\n");
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_SECRETS_DIR", secrets.toString(),
                "MCP_REGISTRY_SECRETS",
                    "CLIENT_SECRET@%s,CLIENT_SECRET@%s,CLIENT_SECRET@%s"
                        .formatted(modern.origin(), legacy.origin(), socket.origin())));
  }

  @AfterAll
  static void stop() {
    registry.close();
    modern.close();
    legacy.close();
    socket.close();
  }

  private static String registration(String name, ProtectedServer server, String secret) {
    return """
    {"name": "%s", "type": "server", "protocol": "%s",
     "endpoint": {"url": "%s",
       "auth": {"type": "client-credentials", "tokenUrl": "%s/token", "clientId": "registry",
         "clientSecret": "%s", "scope": "mcp"}}}
    """
        .formatted(
            name,
            server.url().startsWith("ws") ? "websocket" : "http",
            server.url(),
            server.origin(),
            secret);
  }

  private static String register(String name, ProtectedServer server) throws Exception {
    String id = registry.register(registration(name, server, "${CLIENT_SECRET}"));
    Eventually.healthy(registry, id);
    return id;
  }

  private static void assertCalls(String id) throws Exception {
    assertThat(RawClient.ofConnection(registry, id).callModern("echo", "{}").status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"modern", "legacy", "socket"})
  void aServerLetsTheRegistryInAndNobodyIsShownHow(String which) throws Exception {
    ProtectedServer server =
        switch (which) {
          case "modern" -> modern;
          case "legacy" -> legacy;
          default -> socket;
        };
    String id = register("let-in-" + which, server);
    assertCalls(id);
    for (String path : new String[] {"/connections", "/connections/" + id, "/registry/export"}) {
      String shown = registry.send("GET", path, "").raw().body();
      assertThat(shown).contains("client-credentials").contains("${CLIENT_SECRET}");
      assertThat(shown).doesNotContain(ProtectedServer.canaries());
    }
    assertThat(registry.log().toString()).doesNotContain(ProtectedServer.canaries());
  }

  /** The floor between two tokens keeps a token that was just got from being replaced. */
  @Test
  void aTokenThatWasRevokedIsReplacedAndTheCallGoesOn() throws Exception {
    String overModern = revoke("revoked-modern", modern);
    int ofModern = modern.issued();
    String overLegacy = revoke("revoked-legacy", legacy);
    int ofLegacy = legacy.issued();
    untilCalled(overModern);
    untilCalled(overLegacy);
    assertThat(modern.issued()).isEqualTo(ofModern + 1);
    assertThat(legacy.issued()).isEqualTo(ofLegacy + 1);
  }

  private static String revoke(String name, ProtectedServer server) throws Exception {
    String id = register(name, server);
    assertCalls(id);
    server.expireIn(3600);
    server.revoke();
    return id;
  }

  private static void untilCalled(String id) throws Exception {
    RawClient client = RawClient.ofConnection(registry, id);
    Eventually.soon()
        .atMost(Duration.ofSeconds(45))
        .until(() -> client.callModern("echo", "{}").status() == 200);
  }

  @Test
  void aServerThatAcceptsNoTokenNeedsAuthenticationAndIsLeftInPeace() throws Exception {
    try (ProtectedServer barred =
        new ProtectedServer(TestServer.start(Era.MODERN, Transport.HTTP))) {
      barred.bar(true);
      String secret = "s3cr3t-canary";
      String id = registry.register(registration("barred", barred, secret));
      JsonNode refused = Eventually.status(registry, id, "error");
      assertThat(refused.at("/health/reason").asText()).isEqualTo("needs-authentication");
      assertThat(refused.at("/health/message").asText())
          .contains("HTTP 401")
          .contains("endpoint.auth");
      assertThat(refused.at("/endpoint/auth/clientSecret").asText()).isEqualTo("***");
      assertThat(refused.toString()).doesNotContain(ProtectedServer.canaries());
      Eventually.until(() -> barred.refused().size() >= 4);
      assertThat(barred.issued()).isEqualTo(1);
      assertThat(registry.log().toString())
          .contains("needs authentication")
          .doesNotContain(ProtectedServer.canaries());
      barred.bar(false);
      Eventually.healthy(registry, id);
    }
  }

  @Test
  void whoGetsNoTokenIsToldWhatToDo() throws Exception {
    String id = registry.register(registration("wrong", modern, "wr0ng-canary"));
    JsonNode refused = Eventually.status(registry, id, "error");
    assertThat(refused.at("/health/reason").asText()).isEqualTo("needs-authentication");
    assertThat(refused.at("/health/message").asText())
        .contains("invalid_client")
        .contains("check endpoint.auth")
        .doesNotContain("wr0ng-canary");
  }

  @Test
  void aSecretThatIsBoundElsewhereIsNotSent() throws Exception {
    try (ProtectedServer other =
        new ProtectedServer(TestServer.start(Era.MODERN, Transport.HTTP))) {
      String id = registry.register(registration("elsewhere", other, "${CLIENT_SECRET}"));
      JsonNode refused = Eventually.status(registry, id, "error");
      assertThat(refused.at("/health/reason").asText()).isEqualTo("configuration");
      assertThat(refused.at("/health/message").asText())
          .contains("CLIENT_SECRET@" + other.origin())
          .contains("MCP_REGISTRY_SECRETS");
      assertThat(other.issued()).isZero();
    }
  }

  @Test
  void callsThatAreRefusedAreSeenInTheHealth() throws Exception {
    try (ProtectedServer server =
        new ProtectedServer(TestServer.start(Era.MODERN, Transport.HTTP))) {
      String id =
          registry.register(
              registration("noticed", server, "s3cr3t-canary")
                  .replaceFirst("\\}\\s*$", ", \"healthCheck\": {\"interval\": 3600}}"));
      Eventually.healthy(registry, id);
      server.bar(true);
      RawClient.Said said = RawClient.ofConnection(registry, id).callModern("echo", "{}");
      assertThat(said.status()).isEqualTo(503);
      assertThat(said.body()).contains("endpoint.auth").doesNotContain(ProtectedServer.canaries());
      JsonNode noticed = Eventually.status(registry, id, "error");
      assertThat(noticed.at("/health/reason").asText()).isEqualTo("needs-authentication");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"tokenUrl\": \"http://tokens.example/\", \"clientSecret\": \"x\" | tokenUrl | https",
        "\"tokenUrl\": \"https://169.254.169.254/\", \"clientSecret\": \"x\" | tokenUrl | never",
        "\"tokenUrl\": \"https://a.example/\", \"clientSecret\": \"***\" | clientSecret | mask",
        "\"tokenUrl\": \"https://a.example/\" | clientSecret | ",
        "\"tokenUrl\": \"ftp://a.example/\", \"clientSecret\": \"x\" | tokenUrl | "
      })
  void aWrongRegistrationIsRefused(String auth, String field, String message) throws Exception {
    JsonNode problem =
        registry.post(
            "/connections",
            """
            {"name": "bad-auth", "type": "server", "protocol": "http",
             "endpoint": {"url": "https://a.example/mcp",
               "auth": {"type": "client-credentials", "clientId": "c", %s}}}
            """
                .formatted(auth),
            400);
    assertThat(problem.at("/violations/0").toString())
        .contains("body/endpoint/auth")
        .contains(field)
        .contains(message == null ? "" : message);
  }

  @Test
  void aHeaderAndATokenAreNotBothSent() throws Exception {
    JsonNode problem =
        registry.post(
            "/connections",
            registration("both", modern, "x")
                .replace("\"auth\"", "\"headers\": {\"AUTHORIZATION\": \"x\"}, \"auth\""),
            400);
    assertThat(problem.at("/violations/0/field").asText())
        .isEqualTo("body/endpoint/headers/AUTHORIZATION");
  }

  @Test
  void aSecretInClearDoesNotGoAlongToAnotherAddress() throws Exception {
    String id = registry.register(registration("in-clear", modern, "in-the-clear"));
    String elsewhere = "{\"endpoint\":{\"auth\":{\"tokenUrl\":\"http://127.0.0.1:9/token\"%s}}}";
    RegistryProcess.Answer refused =
        registry.send("PATCH", "/connections/" + id, elsewhere.formatted(""));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body().at("/violations/0/field").asText())
        .isEqualTo("body/endpoint/auth/clientSecret");
    String known = elsewhere.formatted(",\"clientSecret\":\"in-the-clear\"");
    assertThat(registry.send("PATCH", "/connections/" + id, known).status()).isEqualTo(200);

    String header =
        """
        {"name": "header-in-clear", "type": "server", "protocol": "http",
         "endpoint": {"url": "http://127.0.0.1:9/mcp", "headers": {"X-Key": "in-the-clear"}}}
        """;
    String other = registry.register(header);
    String move = "{\"endpoint\":{\"url\":\"http://127.0.0.1:10/mcp\"%s}}";
    RegistryProcess.Answer kept =
        registry.send("PATCH", "/connections/" + other, move.formatted(""));
    assertThat(kept.body().at("/violations/0/field").asText())
        .isEqualTo("body/endpoint/headers/X-Key");
    String dropped = move.formatted(",\"headers\":{\"X-Key\":null}");
    assertThat(registry.send("PATCH", "/connections/" + other, dropped).status()).isEqualTo(200);
  }
}
