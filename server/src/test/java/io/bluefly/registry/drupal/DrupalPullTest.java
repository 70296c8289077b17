package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.audit.AuditEntry;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Endpoint.HttpEndpoint;
import io.bluefly.registry.drupal.SyncError.Reason;
import io.bluefly.registry.drupal.SyncReport.Status;
import io.bluefly.registry.drupal.SyncedRegistry.Options;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.testkit.drupal.DrupalSite.Canned;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What comes from Drupal to the registry, and what does not. */
class DrupalPullTest extends SyncScene {
  @Test
  void aNodeBecomesAConnectionAndIsClaimed() {
    Map<String, Object> weather = http("weather");
    weather.put("field_mcp_capabilities", List.of(" forecast ", "now"));
    weather.put(METADATA, "{\"owner\": \"editors\"}");
    weather.put("field_mcp_health_check", "{\"interval\": 60}");
    UUID node = site.create(weather);
    pass();
    SyncReport report = registry.sync();
    assertThat(report.status()).as("%s", report).isEqualTo(Status.COMPLETED);
    assertCounts(report, 0, 1, 0, 0, 0);
    Connection connection = registry.named("weather");
    assertThat(connection.registration().capabilities()).containsExactly("forecast", "now");
    assertThat(connection.registration().healthCheck().interval()).isEqualTo(60);
    assertThat(registry.metadata("weather")).contains("editors");
    JsonNode attributes = site.node(node).orElseThrow().path("attributes");
    assertThat(attributes.path("field_mcp_connection_id").asText()).isEqualTo(connection.id());
    assertThat(attributes.path(REGISTRY).asText()).startsWith("mcp-registry-");
    assertThat(attributes.path(ENDPOINT).asText())
        .as("what the editor wrote stays")
        .isEqualTo("{ \"url\": \"http://127.0.0.1:7/mcp\" }");
    assertThat(registry.audited())
        .extracting(AuditEntry::action, AuditEntry::target, AuditEntry::principal)
        .contains(
            org.assertj.core.groups.Tuple.tuple(
                "startDrupalSync/register", connection.id(), "key-test"));
    pass();
    site.forget();
    assertCounts(registry.sync(), 0, 0, 0, 0, 1);
    assertThat(site.writes()).isZero();
  }

  @Test
  void oneBadNodeDoesNotStopTheOthers() {
    Map<String, Object> broken = http("broken");
    broken.put(ENDPOINT, "no JSON");
    Map<String, Object> forbidden = http("metadata-service");
    forbidden.put(ENDPOINT, "{\"url\": \"http://169.254.169.254/mcp\"}");
    site.create(http("bad name!"));
    site.create(broken);
    site.create(forbidden);
    site.create(http("weather"));
    site.create(http("weather"));
    pass();
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(report.pulled()).isEqualTo(1);
    assertThat(report.errors())
        .extracting(SyncError::field, SyncError::reason)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("title", Reason.INVALID),
            org.assertj.core.groups.Tuple.tuple(ENDPOINT, Reason.INVALID),
            org.assertj.core.groups.Tuple.tuple(ENDPOINT, Reason.INVALID),
            org.assertj.core.groups.Tuple.tuple("title", Reason.NAME_TAKEN));
    assertThat(registry.connections.present()).isEqualTo(1);
  }

  @Test
  void jsonThatIsTooDeepStopsNobody() {
    for (int i = 0; i < 6; i++) {
      Map<String, Object> deep = http("deep" + i);
      deep.put(METADATA, "{\"a\":".repeat(400) + "1" + "}".repeat(400));
      site.create(deep);
    }
    site.create(http("weather"));
    pass();
    SyncReport report = registry.sync();
    assertThat(report.pulled()).isEqualTo(1);
    assertThat(report.errors()).hasSize(6).allMatch(e -> METADATA.equals(e.field()));
  }

  @Test
  void oneNodeThatDrupalRefusesDoesNotStopTheOthers() {
    registry.register("first");
    registry.register("second");
    registry.register("third");
    site.answer(
        request -> request.method().equals("POST") && request.body().contains("\"second\""),
        1,
        new Canned(
            422,
            Map.of("content-type", SiteAnswer.JSON_API),
            """
            {"errors": [{"status": "422", "detail": "title: no good",
              "source": {"pointer": "/data/attributes/title"}}]}
            """));
    SyncReport report = registry.sync();
    assertThat(report.pushed()).isEqualTo(2);
    SyncError error = only(report);
    assertThat(error.field()).isEqualTo("title");
    assertThat(error.connectionId()).isEqualTo(registry.named("second").id());
    assertThat(error.message()).contains("no good");
  }

  @Test
  void aCommandFromDrupalIsNotTakenOver() {
    site.create(stdio("evil"));
    pass();
    assertThat(only(registry.sync()).reason()).isEqualTo(Reason.COMMAND_REFUSED);
    assertThat(registry.connections.findByName("evil")).isEmpty();
  }

  @Test
  void aCommandThatAnEditorChangesIsNotTakenOverAndTheRestIs() {
    registry.add(
        """
        {"name": "git", "type": "server", "protocol": "stdio", "endpoint": {"command": "git-mcp"}}
        """);
    inStep();
    site.edit(
        nodeOf("git"), Map.of(ENDPOINT, "{\"command\": \"sh\"}", METADATA, "{\"note\": \"x\"}"));
    pass();
    SyncReport report = registry.sync();
    assertThat(only(report).reason()).isEqualTo(Reason.COMMAND_REFUSED);
    assertThat(only(report).field()).isEqualTo(ENDPOINT);
    assertThat(String.valueOf(registry.named("git").registration().endpoint())).contains("git-mcp");
    assertThat(registry.metadata("git")).contains("note");
    assertThat(attributes("git").path(ENDPOINT).asText()).as("left alone").contains("sh");
  }

  @Test
  void aServerDoesNotBecomeACommandByAnEditor() {
    inStep("docs");
    site.edit(
        nodeOf("docs"), Map.of("field_mcp_protocol", "stdio", ENDPOINT, "{\"command\": \"sh\"}"));
    pass();
    assertThat(only(registry.sync()).reason()).isEqualTo(Reason.COMMAND_REFUSED);
    assertThat(registry.named("docs").registration().endpoint()).isInstanceOf(HttpEndpoint.class);
  }

  @Test
  void whereCommandsAreAllowedWhoSyncsNeedsTheRightToo() {
    restart(new Options(CredentialScheme.X_API_KEY, Duration.ofSeconds(5), true));
    site.create(stdio("tool"));
    pass();
    SyncReport report = registry.syncBy(SyncedRegistry.who(Permission.WRITE));
    assertThat(only(report).reason()).isEqualTo(Reason.FORBIDDEN);
    assertThat(registry.connections.findByName("tool")).isEmpty();
    assertThat(registry.sync().pulled()).isEqualTo(1);
    assertThat(String.valueOf(registry.named("tool").registration().endpoint())).contains("sh");
  }

  @Test
  void theMaskInANodeStandsForTheSecretThatTheRegistryHas() {
    registry.add(
        """
        {"name": "docs", "type": "server", "protocol": "http", "endpoint": {
          "url": "http://127.0.0.1:9/mcp", "headers": {"Authorization": "Bearer abc", "X-A": "b"}}}
        """);
    inStep();
    site.edit(
        nodeOf("docs"),
        Map.of(
            ENDPOINT,
            "{\"url\":\"http://127.0.0.1:9/other\",\"headers\":{\"Authorization\":\"***\"}}"));
    pass();
    SyncReport report = registry.sync();
    assertThat(report.status()).as("%s", report).isEqualTo(Status.COMPLETED);
    HttpEndpoint endpoint = docs();
    assertThat(endpoint.url().getPath()).isEqualTo("/other");
    assertThat(endpoint.headers()).containsExactly(Map.entry("Authorization", "Bearer abc"));
    pass();
    site.edit(
        nodeOf("docs"),
        Map.of(
            ENDPOINT,
            "{\"url\":\"http://127.0.0.2:9/mcp\",\"headers\":{\"Authorization\":\"***\"}}"));
    pass();
    SyncError error = only(registry.sync());
    assertThat(error.message()).contains("Authorization", "another address");
    assertThat(docs().url().getHost()).isEqualTo("127.0.0.1");
  }

  private HttpEndpoint docs() {
    return (HttpEndpoint) Objects.requireNonNull(registry.named("docs").registration().endpoint());
  }
}
