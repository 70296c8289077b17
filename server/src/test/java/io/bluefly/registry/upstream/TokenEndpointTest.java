package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bluefly.registry.connections.ClientCredentials;
import io.bluefly.registry.security.AddressRules;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.Secrets;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of an authorization server, and what is made of its answers. */
class TokenEndpointTest {
  private final HttpFixture http = new HttpFixture(this::handle);
  private volatile int status = 200;
  private volatile String answer = "{\"access_token\":\"abc\",\"token_type\":\"Bearer\"}";
  private volatile @Nullable HttpServerRequest asked;
  private volatile String form = "";

  private void handle(HttpServerRequest request) {
    request
        .body()
        .onSuccess(body -> {
          asked = request;
          form = body.toString();
          request
              .response()
              .setStatusCode(status)
              .putHeader("location", "http://169.254.169.254/")
              .putHeader("content-type", "application/json")
              .end(answer);
        });
  }

  @AfterEach
  void stop() {
    http.close();
  }

  private String origin() {
    return "http://127.0.0.1:" + http.port();
  }

  private ClientTokens.Grant fetch(@Nullable String scope, @Nullable String resource)
      throws UpstreamException {
    return fetch(TestTargets.GUARD, "ID@" + origin(), scope, resource);
  }

  private ClientTokens.Grant fetch(
      EgressGuard guard, String grant, @Nullable String scope, @Nullable String resource)
      throws UpstreamException {
    Map<String, String> values = Map.of("SECRET", "s:e c+r%t", "ID", "me");
    Secrets secrets = new Secrets(List.of("SECRET@" + origin(), grant), values::get);
    return new TokenEndpoint(http.client(), guard, secrets)
        .fetch(
            new ClientCredentials(
                URI.create(origin() + "/token?tenant=a"), "${ID}", "${SECRET}", scope, resource));
  }

  private UpstreamException refusal() {
    return catchThrowableOfType(UpstreamException.class, () -> fetch(null, null));
  }

  @Test
  void theRegistryNamesItselfAndWhatItWants() throws Exception {
    answer = "{\"access_token\":\"abc\",\"token_type\":\"bearer\",\"expires_in\":90}";
    assertThat(fetch("a b", "https://server.example/mcp?x=y"))
        .isEqualTo(new ClientTokens.Grant("abc", Duration.ofSeconds(90)));
    HttpServerRequest request = java.util.Objects.requireNonNull(asked);
    assertThat(request.method().name()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/token?tenant=a");
    assertThat(request.getHeader("content-type")).isEqualTo("application/x-www-form-urlencoded");
    String basic = Base64.getEncoder().encodeToString("me:s%3Ae+c%2Br%25t".getBytes(UTF_8));
    assertThat(request.getHeader("authorization")).isEqualTo("Basic " + basic);
    assertThat(form)
        .isEqualTo(
            "grant_type=client_credentials&scope=a+b"
                + "&resource=https%3A%2F%2Fserver.example%2Fmcp%3Fx%3Dy");
  }

  @ParameterizedTest
  @CsvSource({", 300", "0, 300", "-5, 300", "60, 60", "99999999999, 86400", "\"60\", 60"})
  void theLifeOfATokenIsWhatItSaysWithinReason(@Nullable String says, long seconds)
      throws Exception {
    answer = "{\"access_token\":\"abc\"" + (says == null ? "" : ",\"expires_in\":" + says) + "}";
    assertThat(fetch(null, null).life()).isEqualTo(Duration.ofSeconds(seconds));
    assertThat(form).isEqualTo("grant_type=client_credentials");
  }

  @ParameterizedTest
  @CsvSource({
    "400, NEEDS_AUTHENTICATION",
    "401, NEEDS_AUTHENTICATION",
    "403, NEEDS_AUTHENTICATION",
    "302, PROTOCOL",
    "307, PROTOCOL",
    "500, UNREACHABLE"
  })
  void aRefusalIsToldWithoutWhatMayBeASecret(int code, FailureReason reason) {
    status = code;
    answer = "{\"error\":\"s:e c+r%t\",\"error_description\":\"s:e c+r%t\"}";
    assertThat(refusal().reason()).isEqualTo(reason);
    assertThat(refusal()).hasMessageContaining("HTTP " + code).message().doesNotContain("s:e");
  }

  @Test
  void aKnownErrorIsNamedWithTheWayOut() {
    status = 401;
    answer = "{\"error\":\"invalid_client\"}";
    assertThat(refusal()).hasMessageContaining("(invalid_client); check endpoint.auth");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no JSON",
        "{}",
        "{\"access_token\":\"\"}",
        "{\"access_token\":\"a b\"}",
        "{\"access_token\":\"a\\r\\nx-evil: 1\"}",
        "{\"access_token\":\"abc\",\"token_type\":\"mac\"}"
      })
  void whatIsNoTokenIsNotSentToAnybody(String said) {
    answer = said;
    assertThat(refusal().reason()).isEqualTo(FailureReason.PROTOCOL);
  }

  @Test
  void anAnswerWithoutEndIsNotRead() {
    answer = "{\"access_token\":\"" + "a".repeat(70_000) + "\"}";
    assertThat(refusal()).hasMessageContaining("65536");
  }

  @Test
  void aSecretThatIsNotBoundThereIsNotSent() {
    assertThatThrownBy(() -> fetch(TestTargets.GUARD, "ID", null, null))
        .hasMessageContaining("ID@" + origin());
    assertThat(asked).isNull();
  }

  @Test
  void theGuardIsAskedHereToo() {
    EgressGuard strict = new EgressGuard(new AddressRules(false, List.of()));
    assertThatThrownBy(() -> fetch(strict, "ID@" + origin(), null, null))
        .hasMessageContaining("MCP_REGISTRY_EGRESS_LOOPBACK")
        .extracting(e -> ((UpstreamException) e).reason())
        .isEqualTo(FailureReason.CONFIGURATION);
    assertThat(asked).isNull();
  }
}
