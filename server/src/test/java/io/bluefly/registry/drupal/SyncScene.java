package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.drupal.SyncReport.Status;
import io.bluefly.registry.drupal.SyncedRegistry.Options;
import io.bluefly.registry.testkit.ManualClock;
import io.bluefly.registry.testkit.drupal.DrupalSite;
import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A registry and a site that behaves as a recorded one, in a time that the test moves. */
abstract class SyncScene {
  static final String LIST = "/jsonapi/node/mcp_connection";
  static final String REGISTRY = "field_mcp_registry";
  static final String METADATA = "field_mcp_metadata";
  static final String ENDPOINT = "field_mcp_endpoint";
  static final String DELETED = "field_mcp_deleted";

  @TempDir Path folder;
  @TempDir Path otherFolder;
  final ManualClock clock = new ManualClock(Instant.parse("2026-01-15T10:00:00Z"));
  DrupalSite site;
  SyncedRegistry registry;

  @BeforeEach
  void start() throws IOException {
    site = DrupalSite.start(clock);
    registry = new SyncedRegistry(site, folder);
  }

  @AfterEach
  void stop() {
    registry.close();
    site.close();
  }

  void restart(Options options) {
    registry.close();
    registry = new SyncedRegistry(site, folder, options);
  }

  /** A second in which something was written is over. */
  void pass() {
    clock.advance(Duration.ofSeconds(2));
  }

  static Predicate<Received> is(String method) {
    return request -> request.method().equals(method);
  }

  static boolean isList(Received request) {
    return request.method().equals("GET") && request.path().equals(LIST);
  }

  static Predicate<Received> isNode(String id) {
    return request -> request.path().endsWith(id);
  }

  UUID nodeOf(String title) {
    return site.nodes().stream()
        .filter(node -> node.path("attributes").path("title").asText().equals(title))
        .map(node -> UUID.fromString(node.path("id").asText()))
        .findFirst()
        .orElseThrow();
  }

  JsonNode attributes(String title) {
    return site.node(nodeOf(title)).orElseThrow().path("attributes");
  }

  static Map<String, Object> http(String title) {
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("title", title);
    attributes.put("field_mcp_connection_id", "new");
    attributes.put("field_mcp_type", "server");
    attributes.put("field_mcp_protocol", "http");
    attributes.put("field_mcp_status", "disconnected");
    attributes.put(ENDPOINT, "{ \"url\": \"http://127.0.0.1:7/mcp\" }");
    return attributes;
  }

  static Map<String, Object> stdio(String title) {
    Map<String, Object> attributes = http(title);
    attributes.put("field_mcp_protocol", "stdio");
    attributes.put(ENDPOINT, "{\"command\": \"sh\", \"args\": [\"-c\", \"true\"]}");
    return attributes;
  }

  void inStep(String... names) {
    for (String name : names) {
      registry.register(name);
    }
    assertThat(registry.sync().status()).isEqualTo(Status.COMPLETED);
    pass();
    site.forget();
  }

  static void assertCounts(
      SyncReport report, int pushed, int pulled, int updated, int deleted, int unchanged) {
    assertThat(
            List.of(
                report.pushed(),
                report.pulled(),
                report.updated(),
                report.deleted(),
                report.unchanged()))
        .as("%s", report)
        .containsExactly(pushed, pulled, updated, deleted, unchanged);
  }

  static SyncError only(SyncReport report) {
    assertThat(report.errors()).as("%s", report).hasSize(1);
    return report.errors().getFirst();
  }
}
