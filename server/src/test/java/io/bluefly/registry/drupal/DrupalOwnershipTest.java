package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.drupal.SyncReport.Status;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose a node is: which connection's, and which registry's. */
class DrupalOwnershipTest extends SyncScene {
  @Test
  void aDryRunCountsANodeThatIsLikeAConnectionOnce() {
    inStep("files");
    Map<String, Object> byHand = byHand();
    site.delete(nodeOf("files"));
    registry.store.deleteLink(registry.store.loadLinks(site.origin().toString()).getFirst());
    site.create(byHand);
    site.forget();
    pass();
    assertCounts(registry.dryRun(), 0, 0, 1, 0, 0);
    assertThat(site.writes()).isZero();
    assertCounts(registry.sync(), 0, 0, 1, 0, 0);
    assertThat(site.nodes()).hasSize(1);
    assertThat(registry.connections.present()).isEqualTo(1);
  }

  @Test
  void twoRegistriesLeaveEachOthersNodesAlone() {
    try (SyncedRegistry other = new SyncedRegistry(site, otherFolder)) {
      inStep("files");
      other.register("files");
      other.register("docs");
      assertCounts(other.sync(), 2, 0, 0, 0, 0);
      pass();
      assertCounts(registry.sync(), 0, 0, 0, 0, 1);
      assertThat(registry.connections.present()).isEqualTo(1);
      site.create(http("weather"));
      pass();
      assertThat(registry.sync().pulled()).isEqualTo(1);
      pass();
      assertThat(other.sync().pulled()).as("it is the first one's").isZero();
      other.connections.disconnect(other.named("docs").id(), true);
      other.sync();
      assertThat(registry.sync().deleted()).isZero();
      assertThat(registry.connections.present()).isEqualTo(2);
    }
  }

  @Test
  void aNodeThatAnotherRegistryHasTakenIsLeftToIt() {
    UUID node = site.create(http("weather"));
    pass();
    site.before(
        is("PATCH"),
        () -> {
          site.edit(node, Map.of(REGISTRY, "another"));
          pass();
        });
    assertThat(registry.sync().pulled()).isZero();
    assertThat(registry.connections.findByName("weather")).isEmpty();
  }

  /** The lock does not see a change of the same second. */
  @Test
  void aNodeThatAnotherRegistryTakesInTheSecondInWhichItWasMadeIsLeftToIt() {
    UUID node = site.create(http("weather"));
    site.after(SyncScene::isList, () -> site.edit(node, Map.of(REGISTRY, "another")));
    site.before(isNode(node.toString()), this::pass);
    assertThat(registry.sync().pulled()).isZero();
    assertThat(registry.connections.findByName("weather")).isEmpty();
    assertThat(attributes("weather").path(REGISTRY).asText()).isEqualTo("another");
  }

  @Test
  void whatWasTakenOverCountsAlsoWhenAnotherRegistryTakesTheNodeThen() {
    inStep("files");
    UUID node = nodeOf("files");
    registry.change("files", "{\"here\": 1}");
    site.edit(node, Map.of("title", "files-eu"));
    pass();
    site.before(
        is("PATCH"),
        () -> {
          site.edit(node, Map.of(REGISTRY, "another"));
          pass();
        });
    SyncReport report = registry.sync();
    assertCounts(report, 0, 0, 1, 0, 0);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(REGISTRY);
    assertThat(registry.connections.findByName("files-eu")).isPresent();
    assertThat(attributes("files-eu").path(METADATA).asText()).doesNotContain("\"here\"");
  }

  @Test
  void aNodeOfAnotherRegistryIsLeftAloneAlsoUnderTheIdOfOurs() {
    inStep("files");
    site.edit(nodeOf("files"), Map.of(REGISTRY, "another", METADATA, "{\"theirs\": 1}"));
    pass();
    registry.change("files", "{\"here\": 1}");
    for (int i = 0; i < 2; i++) {
      SyncReport report = registry.sync();
      assertThat(report.status()).isEqualTo(Status.PARTIAL);
      assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(REGISTRY);
      pass();
    }
    assertThat(site.received()).as("it is seen to be there").noneMatch(is("POST"));
    assertThat(attributes("files").path(REGISTRY).asText()).isEqualTo("another");
    assertThat(attributes("files").path(METADATA).asText()).contains("theirs");
    site.edit(nodeOf("files"), Map.of(DELETED, true));
    pass();
    assertThat(registry.sync().conflicts()).as("no question").hasSize(1);
    registry.connections.disconnect(registry.named("files").id(), true);
    assertThat(registry.sync().conflicts()).as("nothing of it is ours").isEmpty();
  }

  @Test
  void aNodeThatAnotherRegistryHadAndDeletedIsMadeAgain() {
    inStep("files");
    UUID node = nodeOf("files");
    site.edit(node, Map.of(REGISTRY, "another"));
    pass();
    assertThat(registry.sync().status()).isEqualTo(Status.PARTIAL);
    site.delete(node);
    assertCounts(registry.sync(), 1, 0, 0, 0, 0);
    assertThat(site.node(node)).isPresent();
    assertThat(registry.connections.present()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aNodeThatAnotherRegistryGivesBackIsAsTheRegistryHasIt(boolean flagged) {
    inStep("files");
    UUID node = nodeOf("files");
    site.edit(node, Map.of(REGISTRY, "another", METADATA, "{\"theirs\": 1}", DELETED, flagged));
    pass();
    assertThat(registry.sync().status()).isEqualTo(Status.PARTIAL);
    site.edit(node, Map.of(REGISTRY, ""));
    pass();
    SyncReport back = registry.sync();
    assertThat(back.conflicts()).isNotEmpty();
    assertThat(back.errors()).isEmpty();
    assertCounts(back, 0, 0, 1, 0, 0);
    assertThat(registry.connections.present()).isEqualTo(1);
    assertThat(attributes("files").path(METADATA).asText()).doesNotContain("theirs");
    assertThat(attributes("files").path(DELETED).asBoolean()).isFalse();
    assertThat(registry.metadata("files")).doesNotContain("theirs");
  }

  /** Its id says whose it is. */
  @ParameterizedTest
  @CsvSource({"REGISTRY, files", "DRUPAL, theirs", "MANUAL, files"})
  void aNodeThatIsGivenBackUnderAnotherTitleIsNoNewConnection(ConflictPolicy policy, String name) {
    inStep("files");
    UUID node = nodeOf("files");
    site.edit(node, Map.of(REGISTRY, "another", "field_mcp_connection_id", "theirs"));
    pass();
    assertThat(registry.sync().status()).isEqualTo(Status.PARTIAL);
    site.edit(node, Map.of(REGISTRY, "", "title", "theirs"));
    pass();
    SyncReport back = registry.sync(policy);
    assertThat(back.conflicts()).as("%s", back).extracting(Conflict::field).containsOnly("title");
    assertThat(back.errors()).isEmpty();
    assertThat(registry.connections.present()).isEqualTo(1);
    assertThat(registry.named(name).id()).isNotEmpty();
    assertThat(site.nodes()).hasSize(1);
    assertThat(site.node(node).orElseThrow().at("/attributes/field_mcp_connection_id").asText())
        .isEqualTo(registry.named(name).id());
  }

  @Test
  void whatAnotherRegistryWroteToANodeThatItGivesBackIsAConflict() {
    try (SyncedRegistry other = new SyncedRegistry(site, otherFolder)) {
      other.register("docs");
      other.sync();
      inStep("files");
      UUID node = nodeOf("files");
      site.edit(node, Map.of(REGISTRY, attributes("docs").path(REGISTRY).asText()));
      pass();
      assertThat(other.sync().pulled()).isEqualTo(1);
      pass();
      other.change("files", "{\"theirs\": 1}");
      assertThat(other.sync().updated()).isEqualTo(1);
      pass();
      registry.sync();
      site.edit(node, Map.of(REGISTRY, ""));
      pass();
      SyncReport report = registry.sync(ConflictPolicy.MANUAL);
      assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(METADATA);
      assertThat(attributes("files").path(METADATA).asText()).contains("theirs");
      pass();
      registry.sync(ConflictPolicy.DRUPAL);
      assertThat(registry.metadata("files")).contains("theirs");
    }
  }

  /** An editor has made another node for a connection whose own another registry has. */
  private UUID replaced() {
    inStep("files");
    site.edit(nodeOf("files"), Map.of(REGISTRY, "another"));
    pass();
    registry.sync();
    UUID replacement = site.create(byHand());
    pass();
    site.forget();
    return replacement;
  }

  private Map<String, Object> byHand() {
    Map<String, Object> attributes = http("files");
    attributes.put(ENDPOINT, attributes("files").path(ENDPOINT).asText());
    return attributes;
  }

  @Test
  void aConnectionThatGetsAnotherNodeIsInStepByThat() {
    UUID replacement = replaced();
    SyncReport report = registry.sync();
    assertThat(report.status()).as("%s", report).isEqualTo(Status.COMPLETED);
    assertCounts(report, 0, 0, 1, 0, 0);
    registry.store.loadLinks(site.origin().toString()).forEach(registry.store::deleteLink);
    registry.change("files", "{\"here\": 1}");
    pass();
    assertCounts(registry.sync(SyncMode.PUSH), 0, 0, 1, 0, 0);
    assertThat(site.node(replacement).orElseThrow().at("/attributes/" + METADATA).asText())
        .contains("\"here\"");
  }

  @Test
  void aDryRunOfTwoNodesForAConnectionTellsWhatWillBe() {
    replaced();
    site.edit(nodeOf("files"), Map.of(REGISTRY, ""));
    pass();
    for (SyncReport report : List.of(registry.dryRun(), registry.sync())) {
      assertCounts(report, 0, 0, 1, 0, 0);
      assertThat(only(report).reason()).isEqualTo(SyncError.Reason.NAME_TAKEN);
    }
  }

  @Test
  void aNodeThatIsGivenBackAfterItsConnectionWasDisconnectedIsRegisteredAnew() {
    inStep("files");
    UUID node = nodeOf("files");
    site.edit(node, Map.of(REGISTRY, "another"));
    pass();
    registry.sync();
    registry.connections.disconnect(registry.named("files").id(), true);
    site.edit(node, Map.of(REGISTRY, ""));
    pass();
    assertCounts(registry.sync(), 0, 1, 0, 0, 0);
    assertThat(registry.connections.present()).isEqualTo(1);
    assertThat(attributes("files").path(DELETED).asBoolean()).isFalse();
  }

  @Test
  void aConnectionHasOneNodeAlsoWhenThereAreTwoThatCouldBeIts() {
    site.create(http("weather"));
    pass();
    registry.sync();
    String own =
        NodeId.of(attributes("weather").path(REGISTRY).asText(), registry.named("weather").id());
    site.create(UUID.fromString(own), http("other"));
    pass();
    assertCounts(registry.sync(), 0, 1, 0, 0, 1);
    assertThat(registry.connections.present()).isEqualTo(2);
  }

  @Test
  void aCopyOfANodeIsNotItsConnections() {
    inStep("files");
    UUID node = nodeOf("files");
    Map<String, Object> copy = http("copy");
    copy.put(REGISTRY, attributes("files").path(REGISTRY).asText());
    copy.put("field_mcp_connection_id", registry.named("files").id());
    registry.store.deleteLink(registry.store.loadLinks(site.origin().toString()).getFirst());
    site.create(copy);
    pass();
    assertCounts(registry.sync(), 0, 1, 0, 0, 1);
    assertThat(registry.named("copy").id()).isNotEqualTo(registry.named("files").id());
    assertThat(site.node(node).orElseThrow().at("/attributes/title").asText()).isEqualTo("files");
  }

  @Test
  void aPullTellsOfItsNodeThatAnotherRegistryHasAsLongAsItIsSo() {
    inStep("files");
    site.edit(nodeOf("files"), Map.of(REGISTRY, "another"));
    pass();
    for (int i = 0; i < 2; i++) {
      SyncReport report = registry.sync(SyncMode.PULL);
      assertThat(report.status()).isEqualTo(Status.PARTIAL);
      assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(REGISTRY);
    }
  }

  @Test
  void byAFormerNameNodesOfConnectionsAreKnownAndOthersAreNotTaken() {
    registry.store.registryNames("former", true);
    inStep("files");
    site.edit(nodeOf("files"), Map.of(REGISTRY, "former"));
    Map<String, Object> other = http("weather");
    other.put(REGISTRY, "former");
    site.create(other);
    pass();
    assertCounts(registry.sync(), 0, 0, 1, 0, 0);
    assertThat(attributes("files").path(REGISTRY).asText()).startsWith("mcp-registry-");
    assertThat(attributes("weather").path(REGISTRY).asText()).isEqualTo("former");
  }
}
