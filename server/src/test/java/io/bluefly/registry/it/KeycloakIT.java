package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.Keycloak;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The set-up of docs/oidc.md with a real Keycloak. */
class KeycloakIT {
  @TempDir static Path folder;
  static Keycloak keycloak;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    try (InputStream realm = KeycloakIT.class.getResourceAsStream("/keycloak/realm.json")) {
      keycloak = Keycloak.start(new String(realm.readAllBytes(), UTF_8));
    }
    Path settings = folder.resolve("registry.yaml");
    Files.writeString(settings, settings(keycloak.issuer()));
    registry = RegistryProcess.start(folder.resolve("data"), Map.of(), "--config=" + settings);
    String id = registry.registerNode("everything", Npm.everything());
    Eventually.healthy(registry, id);
  }

  private static String settings(String issuer) {
    return """
    mcp-registry:
      oidc:
        issuer: %s
        audience: [mcp-registry]
        permissions-claim: realm_access.roles
        role-mapping:
          mcp-operator: [read, write, exec]
    """
        .formatted(issuer);
  }

  @AfterAll
  static void stop() {
    if (registry != null) {
      registry.close();
    }
    if (keycloak != null) {
      keycloak.close();
    }
  }

  private static String ofTheClient(String scope) throws Exception {
    return keycloak.token(
        "grant_type", "client_credentials",
        "client_id", "ci",
        "client_secret", "ci-secret",
        "scope", scope);
  }

  private static String ofUser(String client, String user, String password) throws Exception {
    return keycloak.token(
        "grant_type", "password",
        "client_id", client,
        "client_secret", "ci-secret",
        "username", user,
        "password", password);
  }

  @Test
  void aClientOfItsOwnMayDoWhatItsScopesSay() throws Exception {
    String token = ofTheClient("mcp:read mcp:call");
    assertThat(registry.sendAs(token, "GET", "/connections", "").body().get("total").asInt())
        .isEqualTo(1);
    var refused = registry.sendAs(token, "POST", "/connections", "{}");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.header("www-authenticate")).contains("scope=\"mcp:write\"");
    try (McpClient client = McpClient.modern(registry.url() + "/mcp", token)) {
      client.connect("");
      assertThat(client.text("everything__echo", "{'message':'hi'}")).isEqualTo("Echo: hi");
    }
    // The registry takes read and call from scopes, more only from roles.
    assertThat(registry.sendAs(ofTheClient("mcp:write"), "POST", "/connections", "{}").status())
        .isEqualTo(403);
  }

  @Test
  void aUserMayDoWhatTheirRolesSay() throws Exception {
    String alice = ofUser("ci", "alice", "wonderland");
    assertThat(registry.sendAs(alice, "GET", "/connections", "").status()).isEqualTo(200);
    assertThat(registry.sendAs(alice, "POST", "/connections", "{}").status()).isEqualTo(400);
    assertThat(registry.sendAs(alice, "GET", "/keys", "").status()).isEqualTo(403);
    // Keycloak's admins are not ours.
    String bob = ofUser("ci", "bob", "builder");
    assertThat(registry.sendAs(bob, "GET", "/connections", "").status()).isEqualTo(403);
  }

  @Test
  void whatTheIssuerGivesForOthersIsNotForUs() throws Exception {
    var answer =
        registry.sendAs(ofUser("elsewhere", "alice", "wonderland"), "GET", "/connections", "");
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("www-authenticate"))
        .contains("error=\"invalid_token\"", "another audience");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anMcpClientLogsInByItself(boolean modern) throws Exception {
    String url = registry.url() + "/mcp";
    try (McpClient client = McpClient.loggingIn(url, "alice", "wonderland", modern)) {
      JsonNode login = client.connect("");
      assertThat(login.get("steps").toString()).isEqualTo("[\"registered\",\"login\",\"token\"]");
      assertThat(login.at("/asked/resource").asText()).isEqualTo(url);
      assertThat(login.at("/asked/scope").asText()).contains("mcp:call");
      assertThat(login.at("/asked/pkce").asText()).isEqualTo("S256");
      assertThat(client.send("{'op':'listTools'}").findValuesAsText("name"))
          .contains("everything__echo");
      assertThat(client.text("everything__echo", "{'message':'in'}")).isEqualTo("Echo: in");
    }
  }
}
