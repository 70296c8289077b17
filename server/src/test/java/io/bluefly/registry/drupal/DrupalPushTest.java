package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.drupal.SyncReport.Status;
import io.bluefly.registry.testkit.drupal.DrupalSite.Canned;
import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What goes from the registry to Drupal. */
class DrupalPushTest extends SyncScene {
  @Test
  void aConnectionBecomesANodeAndAnotherSyncWritesNothing() {
    Connection connection = registry.register("files", "{\"owner\": \"me\"}");
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.COMPLETED);
    assertCounts(report, 1, 0, 0, 0, 0);
    JsonNode node = attributes("files");
    assertThat(node.path("field_mcp_connection_id").asText()).isEqualTo(connection.id());
    assertThat(node.path("field_mcp_hash").asText()).hasSize(64);
    assertThat(node.path("field_mcp_status").asText()).isEqualTo("active");
    assertThat(SyncedRegistry.json(node.path(METADATA).asText()).path("owner").asText())
        .isEqualTo("me");
    assertThat(nodeOf("files").toString())
        .isEqualTo(NodeId.of(node.path(REGISTRY).asText(), connection.id()));
    pass();
    site.forget();
    SyncReport again = registry.sync();
    assertCounts(again, 0, 0, 0, 0, 1);
    assertThat(site.writes()).isZero();
  }

  @Test
  void aLongListIsReadPageByPageAndOnlyPathAndQueryOfLinksCount() {
    for (int i = 0; i < 120; i++) {
      registry.register("c" + i);
    }
    assertThat(registry.sync().pushed()).isEqualTo(120);
    pass();
    site.forget();
    site.linkOrigin(URI.create("http://192.0.2.1:1"));
    SyncReport again = registry.sync();
    assertCounts(again, 0, 0, 0, 0, 120);
    assertThat(site.writes()).isZero();
    assertThat(site.received()).as("the entry point, and three pages").hasSize(4);
  }

  @Test
  void noMoreThanFourRequestsAreMadeAtOnce() {
    for (int i = 0; i < 24; i++) {
      registry.register("c" + i);
    }
    site.delay(Duration.ofMillis(30));
    registry.sync();
    assertThat(site.mostAtOnce()).isEqualTo(4);
  }

  @Test
  void noSecretGoesToDrupal() {
    registry.add(
        """
        {"name": "docs", "type": "server", "protocol": "http", "endpoint": {
          "url": "http://127.0.0.1:9/mcp?token=inTheQuery",
          "headers": {"Authorization": "Bearer inTheHeader", "X-Ref": "${NAME}"}}}
        """);
    registry.add(
        """
        {"name": "git", "type": "server", "protocol": "stdio", "endpoint": {
          "command": "git-mcp", "args": ["--token", "inTheArguments"], "env": {"KEY": "inTheEnv"}}}
        """);
    registry.sync();
    assertThat(site.nodes().toString()).doesNotContain("inThe").contains("${NAME}", "git-mcp");
  }

  @Test
  void whatHappensAtTheRegistryGoesThereAndOnlyThere() {
    inStep("files");
    UUID node = nodeOf("files");
    registry.connections.update(registry.named("files").id(), same -> same, ConnectionStatus.IDLE);
    SyncReport report = registry.sync();
    assertCounts(report, 0, 0, 1, 0, 0);
    assertThat(attributes("files").path("field_mcp_status").asText()).isEqualTo("idle");
    pass();
    site.edit(node, Map.of("field_mcp_status", "active"));
    pass();
    registry.sync();
    assertThat(attributes("files").path("field_mcp_status").asText()).isEqualTo("idle");
    assertThat(registry.named("files").status()).isEqualTo(ConnectionStatus.IDLE);
  }

  @Test
  void whatNoEditorWritesIsWrittenAtOnce() {
    inStep("files");
    site.edit(nodeOf("files"), Map.of("field_mcp_status", "error")); // In this very second.
    registry.sync();
    assertThat(attributes("files").path("field_mcp_status").asText()).isEqualTo("active");
    assertThat(site.received()).filteredOn(isNode(nodeOf("files").toString())).hasSize(1);
  }

  @Test
  void aLostAnswerToACreateMakesNoSecondNode() {
    registry.register("files");
    site.loseAnswer(is("POST"), 1);
    assertCounts(registry.sync(), 1, 0, 0, 0, 0);
    registry.register("docs");
    site.hangUp(is("POST"), 1);
    assertThat(registry.sync().pushed()).isEqualTo(1);
    assertThat(site.nodes()).hasSize(2);
    assertThat(site.received()).filteredOn(is("POST")).hasSize(2);
  }

  @Test
  void aCreateThatFailedIsLookedForAndThenTriedAgain() {
    registry.register("files");
    site.answer(is("POST"), 1, new Canned(500, Map.of("content-type", "text/html"), "<h1>Oh</h1>"));
    assertCounts(registry.sync(), 1, 0, 0, 0, 0);
    assertThat(site.received())
        .extracting(Received::method)
        .containsExactly("GET", "GET", "POST", "GET", "POST");
  }

  @Test
  void aNodeThatIsThereAlreadyIsReadAndThenChanged() {
    inStep("files");
    Link link = registry.store.loadLinks(site.origin().toString()).getFirst();
    registry.store.deleteLink(link);
    registry.change("files", "{\"changed\": true}");
    site.answer(
        SyncScene::isList,
        1,
        new Canned(200, Map.of("content-type", SiteAnswer.JSON_API), "{\"data\": []}"));
    SyncReport report = registry.sync();
    assertCounts(report, 0, 0, 1, 0, 0);
    assertThat(report.conflicts()).isEmpty();
    assertThat(site.nodes()).hasSize(1);
    assertThat(attributes("files").path(METADATA).asText()).contains("changed");
    assertThat(registry.store.loadLinks(site.origin().toString())).hasSize(1);
  }

  @Test
  void aNodeThatOnlyTheRegistryHasWrittenIsKnownByItsHash() {
    inStep("files");
    Link link = registry.store.loadLinks(site.origin().toString()).getFirst();
    registry.store.deleteLink(link);
    registry.change("files", "{\"changed\": true}");
    SyncReport report = registry.sync(ConflictPolicy.DRUPAL);
    assertThat(report.conflicts()).as("nobody has changed the node").isEmpty();
    assertThat(attributes("files").path(METADATA).asText()).contains("changed");
    registry.store.deleteLink(link);
    pass();
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"by\": \"an editor\"}"));
    pass();
    report = registry.sync(ConflictPolicy.DRUPAL);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(METADATA);
    assertThat(registry.metadata("files")).contains("an editor");
  }
}
