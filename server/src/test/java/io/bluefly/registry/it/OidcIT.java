package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import io.bluefly.registry.testkit.SigningKey;
import io.bluefly.registry.testkit.TestIssuer;
import io.bluefly.registry.testkit.server.Era;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of an issuer at the packaged registry. */
@Timeout(90) // What is to end may not.
class OidcIT {
  private static final int SHORT_SECONDS = 6;
  private static final String INITIALIZE =
      """
      {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
       "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}}
      """;

  @TempDir static Path folder;
  static TestIssuer issuer;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_OIDC_ISSUER", issuer.url(),
                "MCP_REGISTRY_OIDC_POOLS_CLAIM", "pools",
                "MCP_REGISTRY_OIDC_CLOCK_SKEW", "0s",
                "MCP_REGISTRY_EVENTS_HEARTBEAT", "1s"));
    for (String name : List.of("one", "two")) {
      Eventually.healthy(registry, registry.registerNode(name, Npm.everything()));
    }
  }

  @AfterAll
  static void stop() {
    registry.close();
    issuer.close();
  }

  private static Map<String, Object> claims(String permissions, Object pools) {
    Map<String, Object> claims = new HashMap<>();
    claims.put("aud", registry.url());
    claims.put("mcp_permissions", permissions);
    claims.put("pools", pools);
    return claims;
  }

  private static String token(String permissions) {
    return issuer.token(claims(permissions, "*"));
  }

  private static String shortToken() {
    Map<String, Object> claims = claims("read call", "*");
    claims.put("exp", Instant.now().getEpochSecond() + SHORT_SECONDS);
    return issuer.token(claims);
  }

  private static String challenge(String token, String method, String path) throws Exception {
    HttpRequest.Builder request =
        registry.request(path).method(method, HttpRequest.BodyPublishers.ofString("{}"));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    Answer answer = registry.send(request);
    return answer.status() + " " + answer.header("www-authenticate");
  }

  private static String metadata(String path) {
    return "resource_metadata=\""
        + registry.url()
        + "/.well-known/oauth-protected-resource"
        + path
        + "\"";
  }

  @Test
  void aTokenOpensBothPlanes() throws Exception {
    String token = token("read call");
    assertThat(registry.sendAs(token, "GET", "/connections", "").body().get("total").asInt())
        .isEqualTo(2);
    for (boolean modern : new boolean[] {true, false}) {
      String url = registry.url() + "/mcp";
      try (McpClient client =
          modern ? McpClient.modern(url, token) : McpClient.legacy(url, token)) {
        client.connect("");
        assertThat(client.text("one__echo", "{'message':'hi'}")).isEqualTo("Echo: hi");
      }
    }
    try (McpSocket socket = new McpSocket(token, registry, "/pools/one/mcp", "mcp")) {
      assertThat(socket.initialize("{}").has("result")).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/mcp", "/pools/one/mcp", "/connections/none/mcp", "/pools/one/sse"})
  void whoSendsNothingIsToldWhereToLogIn(String path) throws Exception {
    assertThat(challenge("", "POST", path))
        .isEqualTo("401 Bearer realm=\"mcp-registry\", " + metadata(path) + ", scope=\"mcp:call\"");
    assertThat(challenge("", "GET", "/connections"))
        .isEqualTo(
            "401 Bearer realm=\"mcp-registry\", " + metadata("") + ", scope=\"mcp:read mcp:call\"");
  }

  @Test
  void whoSendsABadTokenIsToldWhatIsWrong() throws Exception {
    Map<String, Object> other = claims("call", "*");
    other.put("aud", "other");
    for (String path : List.of("/mcp", "/connections")) {
      assertThat(challenge(issuer.token(other), "POST", path))
          .startsWith("401 ")
          .endsWith(
              "error=\"invalid_token\", error_description=\"The token is for another audience\"");
    }
    String forged = SigningKey.create("first", "RS256").token(issuer.claims(Instant.now(), other));
    assertThat(challenge(forged, "POST", "/mcp")).startsWith("401 ").contains("signature is wrong");
    assertThat(registry.log().toString()).doesNotContain(forged);
  }

  @Test
  void whoMayNotDoItIsToldWhatItTakes() throws Exception {
    String scope = "error=\"insufficient_scope\"";
    assertThat(challenge(token("read"), "POST", "/mcp"))
        .startsWith("403 ")
        .contains(metadata("/mcp"), "scope=\"mcp:call\"", scope);
    assertThat(challenge(token("call"), "GET", "/connections"))
        .startsWith("403 ")
        .contains(metadata(""), "scope=\"mcp:read\"", scope);
    String stdio = TestServers.stdioRegistration("x", Era.MODERN);
    Answer exec = registry.sendAs(token("write"), "POST", "/connections", stdio);
    assertThat(exec.status()).isEqualTo(403);
    assertThat(exec.header("www-authenticate")).contains("scope=\"mcp:exec\"", scope);
    assertThat(challenge(issuer.token(claims("", "*")), "GET", "/connections"))
        .startsWith("403 ")
        .contains(scope);
    assertThatThrownBy(() -> new McpSocket(token("read"), registry, "/mcp", "mcp"))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
  }

  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "/mcp, /mcp",
    "/pools/one/mcp, /pools/one/mcp",
    "/pools/no/mcp, /pools/no/mcp"
  })
  void metadataNameTheIssuer(String below, String path) throws Exception {
    Answer answer =
        registry.send(registry.request("/.well-known/oauth-protected-resource" + below).GET());
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-type")).isEqualTo("application/json");
    JsonNode body = answer.body();
    assertThat(body.get("resource").asText()).isEqualTo(registry.url() + path);
    assertThat(body.at("/authorization_servers/0").asText()).isEqualTo(issuer.url());
    assertThat(body.get("scopes_supported").toString()).isEqualTo("[\"mcp:read\",\"mcp:call\"]");
    assertThat(body.get("bearer_methods_supported").toString()).isEqualTo("[\"header\"]");
  }

  @Test
  void metadataAreForWhatThereIsOnly(@TempDir Path own) throws Exception {
    String at = "/.well-known/oauth-protected-resource";
    assertThat(registry.send(registry.request(at + "/connections").GET()).status()).isEqualTo(404);
    assertThat(registry.send(registry.request(at + "x").GET()).status()).isEqualTo(401);
    Answer posted = registry.send(registry.request(at).POST(HttpRequest.BodyPublishers.noBody()));
    assertThat(posted.status()).isEqualTo(405);
    try (RegistryProcess keysOnly = RegistryProcess.start(own)) {
      assertThat(keysOnly.send(keysOnly.request(at + "/mcp").GET()).status()).isEqualTo(404);
      Answer answer = keysOnly.sendAs(token("read"), "GET", "/connections", "");
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.header("www-authenticate")).isEqualTo("Bearer realm=\"mcp-registry\"");
    }
  }

  @Test
  void aLimitedTokenSeesItsPoolOnly() throws Exception {
    String limited = issuer.token(claims("read call", List.of("one")));
    assertThat(registry.sendAs(limited, "GET", "/connections", "").body().get("total").asInt())
        .isEqualTo(1);
    try (McpClient client = McpClient.modern(registry.url() + "/mcp", limited)) {
      client.connect("");
      assertThat(client.send("{'op':'listTools'}").findValuesAsText("name"))
          .contains("one__echo")
          .doesNotContain("two__echo");
    }
    assertThat(challenge(limited, "POST", "/pools/two/mcp")).startsWith("404 ");
    for (Object nothing : new Object[] {List.of(), "", 7}) {
      String none = issuer.token(claims("read call admin", nothing));
      JsonNode seen = registry.sendAs(none, "GET", "/connections", "").body();
      assertThat(seen.get("connections")).isEmpty();
      assertThat(challenge(none, "GET", "/keys")).startsWith("403 ");
    }
  }

  @Test
  void aTokenForAnAddressOpensThatOneOnly() throws Exception {
    Map<String, Object> claims = claims("read call", "*");
    claims.put("aud", registry.url() + "/pools/one/mcp");
    String token = issuer.token(claims);
    try (McpClient client = McpClient.modern(registry.url() + "/pools/one/mcp", token)) {
      client.connect("");
      assertThat(client.text("echo", "{'message':'hi'}")).isEqualTo("Echo: hi");
    }
    assertThat(challenge(token, "POST", "/pools/two/mcp")).startsWith("404 ");
    assertThat(challenge(token, "GET", "/connections")).startsWith("403 ");
  }

  @Test
  void streamsEndWithTheirToken() throws Exception {
    String token = shortToken();
    try (HttpClient http = HttpClient.newHttpClient();
        McpSocket socket = new McpSocket(token, registry, "/registry/stream")) {
      HttpResponse<InputStream> events =
          http.send(
              HttpRequest.newBuilder(URI.create(registry.url() + "/registry/events"))
                  .header("Authorization", "Bearer " + token)
                  .build(),
              HttpResponse.BodyHandlers.ofInputStream());
      assertThat(events.statusCode()).isEqualTo(200);
      socket.closeCode();
      awaitEnd(events.body());
    }
    assertThat(challenge(token, "GET", "/connections")).contains("The token has expired");
  }

  private static void awaitEnd(InputStream stream) {
    try {
      stream.readAllBytes();
    } catch (IOException e) {
      // In the middle of the answer: that is an end, too.
    }
  }

  @Test
  void aChannelOfMcpEndsWithItsToken() throws Exception {
    String token = shortToken();
    try (McpSocket socket = new McpSocket(token, registry, "/pools/one/mcp", "mcp")) {
      socket.initialize("{}");
      Eventually.until(() -> challenge(token, "GET", "/connections").startsWith("401 "));
      socket.tryRaw("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"ping\"}");
      JsonNode last = socket.next(message -> message.has("error"));
      assertThat(last.at("/error/message").asText()).contains("not good any more");
      socket.closeCode();
    }
  }

  @Test
  void aSessionGoesOnWithTheNextToken() throws Exception {
    Answer begun = post(token("call"), "", INITIALIZE);
    assertThat(begun.status()).isEqualTo(200);
    String session = begun.header("mcp-session-id");
    String ping = "{\"jsonrpc\": \"2.0\", \"id\": 2, \"method\": \"ping\"}";
    Map<String, Object> next = claims("call", "*");
    next.put("jti", "next");
    assertThat(post(issuer.token(next), session, ping).status()).isEqualTo(200);
    next.put("sub", "mallory");
    assertThat(post(issuer.token(next), session, ping).status()).isEqualTo(404);
  }

  private static Answer post(String token, String session, String body) throws Exception {
    HttpRequest.Builder request =
        registry
            .request("/pools/one/mcp")
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    return registry.send(session.isEmpty() ? request : request.header("Mcp-Session-Id", session));
  }

  @Test
  void anIssuerThatIsAwayClosesNoDoorToOthers(@TempDir Path own) throws Exception {
    try (TestIssuer slow = TestIssuer.start();
        RegistryProcess other =
            RegistryProcess.start(
                own,
                Map.of(
                    "MCP_REGISTRY_OIDC_ISSUER",
                    slow.url(),
                    "MCP_REGISTRY_OIDC_AUDIENCE",
                    "other"));
        HttpClient http = HttpClient.newHttpClient()) {
      slow.hold();
      String token = slow.token(Map.of("aud", "other", "mcp_permissions", "read call"));
      HttpRequest request =
          other
              .request("/mcp")
              .header("Authorization", "Bearer " + token)
              .POST(HttpRequest.BodyPublishers.ofString("{}"))
              .build();
      var waiting = http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
      Eventually.until(() -> !slow.asked().isEmpty());
      assertThat(other.get("/connections").get("total").asInt()).isZero();

      HttpResponse<String> answer = waiting.get();
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("retry-after")).contains("1");
      assertThat(answer.body()).contains("issuer-unavailable");
      slow.release();
      Eventually.until(() -> other.sendAs(token, "GET", "/connections", "").status() == 200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "OIDC_ISSUER, http://issuer.example, oidc.issuer",
    "OIDC_JWKS_URI, http://keys.example/, oidc.jwks-uri",
    "OIDC_SCOPES, everything, oidc.scopes",
    "OIDC_CLOCK_SKEW, 1h, oidc.clock-skew",
    "HOST, 0.0.0.0, public-url",
    "PUBLIC_URL, mcp.example.com, public-url",
    "AUTH, false, oidc.issuer",
  })
  void wrongSettingsAreNamed(String name, String value, String named, @TempDir Path own)
      throws Exception {
    Map<String, String> environment = new HashMap<>();
    environment.put("MCP_REGISTRY_OIDC_ISSUER", issuer.url());
    environment.put("MCP_REGISTRY_" + name, value);
    int port = RegistryProcess.freePort();
    assertThat(RegistryProcess.refused(own, port, environment).message()).contains(named);
  }
}
