package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.drupal.Conflict.Resolution;
import io.bluefly.registry.drupal.SyncReport.Status;
import io.bluefly.registry.testkit.drupal.DrupalSite.Canned;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes of changes on both sides, in one direction and by two registries. */
class DrupalConflictTest extends SyncScene {
  @Test
  void changesOfDifferentFieldsGoBothWays() {
    inStep("files");
    site.edit(nodeOf("files"), Map.of("title", "files-eu"));
    pass();
    registry.change("files", "{\"here\": 1}");
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.COMPLETED);
    assertCounts(report, 0, 0, 1, 0, 0);
    assertThat(registry.metadata("files-eu")).contains("\"here\"");
    assertThat(attributes("files-eu").path(METADATA).asText()).contains("\"here\"");
    pass();
    site.forget();
    assertCounts(registry.sync(), 0, 0, 0, 0, 1);
    assertThat(site.writes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "REGISTRY, REGISTRY, here, here, COMPLETED",
    "DRUPAL, DRUPAL, there, there, COMPLETED",
    "NEWEST, REGISTRY, here, here, COMPLETED", // The site's clock is behind.
    "MANUAL, UNRESOLVED, here, there, PARTIAL"
  })
  void theSameFieldIsAConflictThatThePolicyDecides(
      ConflictPolicy policy, Resolution resolution, String here, String there, Status status) {
    inStep("files");
    registry.change("files", "{\"here\": 1}");
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"there\": 1}"));
    pass();
    SyncReport report = registry.sync(policy);
    assertThat(report.status()).isEqualTo(status);
    assertThat(report.conflicts()).hasSize(1);
    assertThat(report.conflicts().getFirst().field()).isEqualTo(METADATA);
    assertThat(report.conflicts().getFirst().resolution()).isEqualTo(resolution);
    assertThat(registry.metadata("files")).contains(here);
    assertThat(attributes("files").path(METADATA).asText()).contains(there);
  }

  @Test
  void theNewestOfTwoIsThatOfTheEditorWhoCameLater() {
    inStep("files");
    registry.change("files", "{\"here\": 1}");
    clock.advance(Duration.between(clock.instant(), Instant.now().plusSeconds(60)));
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"there\": 1}"));
    pass();
    SyncReport report = registry.sync(ConflictPolicy.NEWEST);
    assertThat(report.conflicts().getFirst().resolution()).isEqualTo(Resolution.DRUPAL);
    assertThat(registry.metadata("files")).contains("there");
  }

  @Test
  void whatAnEditorChangesBetweenReadAndWriteIsNotWrittenOver() {
    inStep("files");
    UUID node = nodeOf("files");
    registry.change("files", "{\"here\": 1}");
    site.before(
        is("PATCH"),
        () -> {
          pass();
          site.edit(node, Map.of("title", "files-eu", METADATA, "{\"there\": 1}"));
          pass();
        });
    SyncReport report = registry.sync(ConflictPolicy.DRUPAL);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(METADATA);
    assertThat(registry.metadata("files-eu")).contains("there");
    assertThat(attributes("files-eu").path(METADATA).asText()).contains("there");
  }

  @Test
  void ofTwoWritesInTheSameMomentOneIsMadeAgain() {
    inStep("files");
    UUID node = nodeOf("files");
    registry.change("files", "{\"here\": 1}");
    site.between(
        is("PATCH"),
        () -> {
          pass();
          site.edit(node, Map.of("title", "files-eu"));
          pass();
        });
    SyncReport report = registry.sync();
    assertThat(report.status()).as("%s", report).isEqualTo(Status.COMPLETED);
    assertThat(registry.named("files-eu").id()).isNotEmpty();
    assertThat(attributes("files-eu").path(METADATA).asText()).contains("\"here\"");
  }

  /** The lock sees whole seconds only. */
  @Test
  void whatIsChangedInTheSecondInWhichItWasReadIsLookedAtAgain() {
    inStep("files");
    UUID node = nodeOf("files");
    registry.change("files", "{\"here\": 1}");
    site.edit(node, Map.of("field_mcp_capabilities", List.of("one")));
    site.after(SyncScene::isList, () -> site.edit(node, Map.of(METADATA, "{\"there\": 1}")));
    site.before(
        request -> isNode(node.toString()).test(request) && is("GET").test(request), this::pass);
    SyncReport report = registry.sync(ConflictPolicy.DRUPAL);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(METADATA);
    assertThat(registry.metadata("files")).contains("there");
  }

  /** So are all at a site that does not say when it answers. */
  @Test
  void aNodeThatStaysTooFreshIsWrittenInTheEnd() {
    inStep("files");
    site.edit(nodeOf("files"), Map.of("title", "files-eu"));
    registry.change("files", "{\"here\": 1}");
    assertCounts(registry.sync(), 0, 0, 1, 0, 0);
    assertThat(attributes("files-eu").path(METADATA).asText()).contains("\"here\"");
  }

  @Test
  void whatBothChangeWhileASyncRunsIsAConflict() {
    inStep("files", "a", "b", "c", "d");
    String gone = nodeOf("a").toString();
    site.delete(nodeOf("a"));
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"there\": 1}"));
    pass();
    // After it was looked at what there is, and before anything is changed.
    site.before(isNode(gone), () -> registry.change("files", "{\"late\": 1}"));
    SyncReport report = registry.sync();
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(METADATA);
    assertThat(registry.metadata("files")).contains("late");
  }

  @Test
  void whatAnEditorChangesBeforeTheNodeIsClaimedIsTakenOver() {
    UUID node = site.create(http("weather"));
    pass();
    site.before(
        is("PATCH"),
        () -> {
          pass();
          site.edit(node, Map.of(METADATA, "{\"late\": 1}"));
          pass();
        });
    assertThat(registry.sync().pulled()).isEqualTo(1);
    assertThat(registry.metadata("weather")).contains("late");
  }

  @Test
  void whatChangesHereWhileASyncRunsIsNotWrittenOver() {
    inStep("files");
    site.edit(nodeOf("files"), Map.of("title", "files-eu"));
    pass();
    site.after(SyncScene::isList, () -> registry.change("files", "{\"late\": 1}"));
    assertThat(registry.sync().status()).isEqualTo(Status.COMPLETED);
    assertThat(registry.metadata("files-eu")).contains("late");
  }

  @Test
  void aPushChangesNothingHereAndAPullNothingThere() {
    inStep("files");
    site.edit(nodeOf("files"), Map.of("title", "files-eu"));
    site.create(http("weather"));
    pass();
    registry.change("files", "{\"here\": 1}");
    registry.register("docs");
    assertCounts(registry.sync(SyncMode.PUSH), 1, 0, 1, 0, 0);
    assertThat(registry.connections.findByName("weather")).isEmpty();
    assertThat(registry.named("files").registration().name()).isEqualTo("files");
    assertThat(attributes("files-eu").path(METADATA).asText()).contains("\"here\"");
    pass();
    registry.change("files", "{\"here\": 2}");
    registry.register("later");
    site.forget();
    assertCounts(registry.sync(SyncMode.PULL), 0, 1, 1, 0, 1);
    assertThat(site.writes()).isZero();
    assertThat(registry.metadata("files-eu")).contains("2");
    assertThat(registry.named("weather").status()).isEqualTo(ConnectionStatus.ACTIVE);
    assertThat(registry.sync().status()).isEqualTo(Status.COMPLETED);
    assertThat(attributes("files-eu").path(METADATA).asText()).contains("2");
  }

  @Test
  void aDryRunTellsWhatWouldBeDoneAndDoesNothing() {
    inStep("a", "b", "c", "d", "e", "f");
    site.delete(nodeOf("a"));
    site.edit(nodeOf("b"), Map.of("title", "b-eu"));
    site.create(http("weather"));
    pass();
    registry.register("new");
    registry.connections.disconnect(registry.named("f").id(), true);
    SyncReport told = registry.dryRun();
    assertCounts(told, 1, 1, 1, 2, 3);
    assertThat(site.writes()).isZero();
    assertThat(registry.named("b").registration().name()).isEqualTo("b");
    assertThat(registry.connections.present()).isEqualTo(6);
    assertCounts(registry.sync(), 1, 1, 1, 2, 3);
  }

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
  void aNodeThatAnEditorChangesAllTheTimeIsLeftToTheNextSync() {
    inStep("files", "docs");
    registry.change("files", "{\"here\": 1}");
    registry.change("docs", "{\"here\": 1}");
    UUID node = nodeOf("files");
    changeBeforeEachWrite(node);
    SyncReport report = registry.sync();
    assertThat(only(report).message()).contains("each time that it was to be written");
    assertThat(site.received())
        .filteredOn(is("PATCH").and(isNode(node.toString())))
        .hasSizeLessThanOrEqualTo(SecondLook.MAX_TRIES);
    assertCounts(report, 0, 0, 1, 0, 0);
    assertThat(attributes("docs").path(METADATA).asText()).contains("\"here\"");
  }

  private void changeBeforeEachWrite(UUID node) {
    site.before(
        is("PATCH").and(isNode(node.toString())),
        () -> {
          site.edit(node, Map.of("title", "files-" + clock.instant().getEpochSecond()));
          pass();
          changeBeforeEachWrite(node);
        });
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
  void aConflictIsToldAlsoWhenTheAnswerToItsWriteIsLost() {
    inStep("files");
    registry.change("files", "{\"here\": 1}");
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"there\": 1}"));
    pass();
    site.loseAnswer(is("PATCH"), 1);
    SyncReport report = registry.sync();
    assertCounts(report, 0, 0, 1, 0, 0);
    assertThat(report.conflicts())
        .extracting(Conflict::resolution)
        .containsExactly(Resolution.REGISTRY);
    assertThat(site.received()).filteredOn(is("PATCH")).hasSize(1);
    pass();
    site.forget();
    assertCounts(registry.sync(), 0, 0, 0, 0, 1);
    assertThat(site.writes()).isZero();
  }

  @Test
  void aWriteThatWasLostOnItsWayIsMadeAgain() {
    inStep("files");
    registry.change("files", "{\"here\": 1}");
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"there\": 1}"));
    pass();
    site.answer(
        is("PATCH"), 1, new Canned(500, Map.of("content-type", "text/html"), "<h1>Oh</h1>"));
    SyncReport report = registry.sync();
    assertCounts(report, 0, 0, 1, 0, 0);
    assertThat(report.conflicts()).hasSize(1);
    assertThat(attributes("files").path(METADATA).asText()).contains("\"here\"");
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

  @Test
  void aManualConflictStaysOneAlsoWithoutWhatTheyAgreedOn() {
    inStep("files");
    registry.store.deleteLink(registry.store.loadLinks(site.origin().toString()).getFirst());
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"there\": 1}"));
    pass();
    for (int i = 0; i < 3; i++) {
      assertThat(registry.sync(ConflictPolicy.MANUAL).conflicts()).hasSize(1);
      pass();
    }
    assertThat(attributes("files").path(METADATA).asText()).contains("there");
  }
}
