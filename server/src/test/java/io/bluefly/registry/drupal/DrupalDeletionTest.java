package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.drupal.SyncError.Reason;
import io.bluefly.registry.drupal.SyncReport.Status;
import io.bluefly.registry.testkit.drupal.DrupalSite;
import io.bluefly.registry.testkit.drupal.DrupalSite.Canned;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a deletion, and what is none. */
class DrupalDeletionTest extends SyncScene {
  @Test
  void aDisconnectedConnectionIsFlaggedAndItsNodeDeletedAtThePurge() {
    inStep("files", "docs");
    UUID node = nodeOf("files");
    registry.connections.disconnect(registry.named("files").id(), true);
    assertCounts(registry.sync(), 0, 0, 0, 1, 1);
    JsonNode flagged = site.node(node).orElseThrow().path("attributes");
    assertThat(flagged.path(DELETED).asBoolean()).isTrue();
    assertThat(flagged.path("field_mcp_status").asText()).isEqualTo("disconnected");
    pass();
    site.forget();
    assertCounts(registry.sync(), 0, 0, 0, 0, 2);
    assertThat(site.writes()).isZero();
    registry.connections.purge(Duration.ofDays(-1));
    assertCounts(registry.sync(), 0, 0, 0, 1, 1);
    assertThat(site.node(node)).isEmpty();
    assertCounts(registry.sync(), 0, 0, 0, 0, 1);
  }

  @Test
  void whatWasNeverFlaggedIsFlaggedBeforeItIsDeleted() {
    inStep("files");
    UUID node = nodeOf("files");
    registry.connections.disconnect(registry.named("files").id(), true);
    registry.connections.purge(Duration.ofDays(-1));
    registry.sync();
    assertThat(site.node(node).orElseThrow().path("attributes").path(DELETED).asBoolean()).isTrue();
    pass();
    registry.sync();
    assertThat(site.node(node)).isEmpty();
  }

  @Test
  void aDeletedNodeDisconnectsItsConnection() {
    inStep("a", "b", "c", "d", "e");
    site.delete(nodeOf("c"));
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.COMPLETED);
    assertCounts(report, 0, 0, 0, 1, 4);
    assertThat(registry.connections.findByName("c")).isEmpty();
    assertCounts(registry.sync(), 0, 0, 0, 0, 4);
  }

  @Test
  void aFlagOfAnEditorDisconnectsTheConnectionAndTakingItAwayRegistersItAnew() {
    inStep("a", "b", "c", "d", "e");
    UUID node = nodeOf("c");
    String id = registry.named("c").id();
    site.edit(node, Map.of(DELETED, true));
    pass();
    assertCounts(registry.sync(), 0, 0, 0, 1, 4);
    assertThat(registry.connections.findByName("c")).isEmpty();
    site.edit(node, Map.of(DELETED, false));
    pass();
    assertCounts(registry.sync(), 0, 1, 0, 0, 4);
    assertThat(registry.named("c").id()).isNotEqualTo(id);
    assertThat(
            site.node(node)
                .orElseThrow()
                .path("attributes")
                .path("field_mcp_connection_id")
                .asText())
        .isEqualTo(registry.named("c").id());
  }

  @Test
  void moreThanAFifthThatIsGoneStopsTheSyncWithAQuestion() {
    inStep("a", "b", "c", "d", "e");
    site.delete(nodeOf("a"));
    site.delete(nodeOf("b"));
    registry.change("e", "{\"here\": 1}");
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(only(report).reason()).isEqualTo(Reason.MANY_DELETIONS);
    assertThat(only(report).message()).contains("2 of 5", "acceptDeletions 2");
    assertThat(site.writes()).isZero();
    assertThat(registry.connections.present()).isEqualTo(5);
    assertThat(registry.accepting(1).status()).isEqualTo(Status.FAILED);
    assertCounts(registry.accepting(2), 0, 0, 1, 2, 2);
    assertThat(registry.connections.present()).isEqualTo(3);
  }

  @Test
  void aPushMakesDeletedNodesAgain() {
    inStep("a", "b");
    UUID node = nodeOf("a");
    site.delete(node);
    SyncReport report = registry.sync(SyncMode.PUSH);
    assertCounts(report, 1, 0, 0, 0, 1);
    assertThat(site.node(node)).isPresent();
    assertThat(registry.connections.present()).isEqualTo(2);
  }

  @Test
  void aPushDisconnectsAndRegistersNothing() {
    inStep("a", "b");
    registry.connections.disconnect(registry.named("b").id(), true);
    assertThat(registry.sync(SyncMode.PUSH).deleted()).isEqualTo(1);
    pass();
    site.edit(nodeOf("a"), Map.of(DELETED, true));
    site.edit(nodeOf("b"), Map.of(DELETED, false));
    pass();
    site.forget();
    assertCounts(registry.sync(SyncMode.PUSH), 0, 0, 0, 0, 2);
    assertThat(registry.connections.findByName("a")).isPresent();
    assertThat(registry.connections.findByName("b")).isEmpty();
    assertThat(site.writes()).isZero();
  }

  @Test
  void aPullFlagsDeletesAndRestoresNothing() {
    inStep("a", "b", "c", "d", "e", "f");
    UUID a = nodeOf("a");
    registry.change("b", "{\"here\": 1}");
    site.delete(nodeOf("b"));
    registry.connections.disconnect(registry.named("a").id(), true);
    pass();
    SyncReport report = registry.sync(SyncMode.PULL);
    assertThat(report.deleted()).isZero();
    assertThat(report.conflicts())
        .extracting(Conflict::resolution)
        .containsExactly(Conflict.Resolution.UNRESOLVED);
    assertThat(site.writes()).isZero();
    assertThat(registry.connections.findByName("b")).isPresent();
    registry.sync();
    registry.connections.purge(Duration.ofDays(-1));
    pass();
    assertThat(registry.sync(SyncMode.PULL).deleted()).isZero();
    assertThat(site.node(a)).isPresent();
  }

  @Test
  void aFlaggedNodeThatAnotherRegistryHasTakenMeanwhileIsNotDeleted() {
    inStep("a");
    UUID node = nodeOf("a");
    registry.connections.disconnect(registry.named("a").id(), true);
    registry.sync();
    registry.connections.purge(Duration.ofDays(-1));
    pass();
    site.after(
        SyncScene::isList,
        () -> {
          site.edit(node, Map.of(REGISTRY, "another"));
          pass();
        });
    assertCounts(registry.sync(), 0, 0, 0, 0, 1);
    assertThat(site.node(node)).isPresent();
  }

  @ParameterizedTest
  @EnumSource(
      names = {"REGISTRY", "DRUPAL", "MANUAL"},
      value = ConflictPolicy.class)
  void whatWasDeletedThereAndChangedHereIsAConflict(ConflictPolicy policy) {
    inStep("a", "b", "c", "d", "e");
    UUID node = nodeOf("a");
    registry.change("a", "{\"here\": 1}");
    site.delete(node);
    SyncReport report = registry.sync(policy);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(DELETED);
    assertThat(site.node(node).isPresent()).isEqualTo(policy == ConflictPolicy.REGISTRY);
    assertThat(registry.connections.findByName("a").isPresent())
        .isEqualTo(policy != ConflictPolicy.DRUPAL);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"REGISTRY", "DRUPAL", "MANUAL"},
      value = ConflictPolicy.class)
  void whatWasDeletedHereAndChangedThereIsAConflict(ConflictPolicy policy) {
    inStep("a");
    UUID node = nodeOf("a");
    registry.connections.disconnect(registry.named("a").id(), true);
    site.edit(node, Map.of(METADATA, "{\"there\": 1}"));
    pass();
    SyncReport report = registry.sync(policy);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(DELETED);
    assertThat(site.node(node).orElseThrow().path("attributes").path(DELETED).asBoolean())
        .isEqualTo(policy == ConflictPolicy.REGISTRY);
    assertThat(registry.connections.findByName("a").isPresent())
        .isEqualTo(policy == ConflictPolicy.DRUPAL);
  }

  @Test
  void aConflictAboutADeletionIsToldOnceAlsoWhenTheNodeIsLookedAtAgain() {
    inStep("a");
    UUID node = nodeOf("a");
    registry.connections.disconnect(registry.named("a").id(), true);
    site.edit(node, Map.of(METADATA, "{\"there\": 1}"));
    pass();
    site.before(
        is("PATCH"),
        () -> {
          site.edit(node, Map.of(METADATA, "{\"there\": 2}"));
          pass();
        });
    SyncReport report = registry.sync();
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(DELETED);
    assertThat(report.deleted()).isEqualTo(1);
    assertThat(site.node(node).orElseThrow().path("attributes").path(DELETED).asBoolean()).isTrue();
  }

  @Test
  void nodesThatAreDeletedWhileASyncGoesOnAreLeftToTheNextOne() {
    inStep("a", "b", "c");
    registry.change("a", "{\"here\": 1}");
    registry.change("b", "{\"here\": 1}");
    registry.change("c", "{\"here\": 1}");
    List<UUID> all = List.of(nodeOf("a"), nodeOf("b"), nodeOf("c"));
    site.before(is("PATCH"), () -> all.forEach(site::delete));
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(report.deleted()).isZero();
    assertThat(registry.connections.present()).isEqualTo(3);
    assertThat(only(registry.sync()).reason()).isEqualTo(Reason.MANY_DELETIONS);
  }

  /** There is no lock on deleting, and the site may ask for a pause before. */
  @Test
  void aDeletionThatHadToWaitIsLookedAtAgain() {
    inStep("a");
    UUID node = nodeOf("a");
    registry.connections.disconnect(registry.named("a").id(), true);
    registry.sync();
    registry.connections.purge(Duration.ofDays(-1));
    pass();
    site.after(
        is("GET").and(isNode(node.toString())),
        () -> {
          site.edit(node, Map.of(DELETED, false));
          pass();
        });
    site.answer(is("DELETE"), 1, new Canned(503, Map.of("retry-after", "3"), ""));
    assertCounts(registry.sync(), 0, 1, 0, 0, 0);
    assertThat(site.node(node)).isPresent();
    assertThat(registry.connections.findByName("a")).isPresent();
  }

  @Test
  void whatIsChangedHereWhileTheNodeIsLookedForIsAConflict() {
    inStep("a", "b", "c", "d", "e");
    UUID node = nodeOf("a");
    site.edit(node, Map.of(DELETED, true));
    pass();
    site.after(is("GET").and(isNode(node.toString())), () -> registry.change("a", "{\"here\": 1}"));
    SyncReport report = registry.sync();
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(DELETED);
    assertThat(registry.connections.findByName("a")).isPresent();
    assertThat(attributes("a").path(METADATA).asText()).contains("\"here\"");
  }

  @Test
  void aNodeThatAnotherRegistryTakesBeforeItIsFlaggedIsLeftToThat() {
    inStep("a");
    UUID node = nodeOf("a");
    registry.connections.disconnect(registry.named("a").id(), true);
    site.before(
        is("PATCH"),
        () -> {
          site.edit(node, Map.of(REGISTRY, "another"));
          pass();
        });
    assertThat(registry.sync().deleted()).isZero();
    assertThat(attributes("a").path(DELETED).asBoolean()).isFalse();
  }

  @Test
  void aDeletionThatIsTooMuchForTheSiteIsMadeALittleLater() {
    inStep("a");
    UUID node = nodeOf("a");
    registry.connections.disconnect(registry.named("a").id(), true);
    registry.sync();
    registry.connections.purge(Duration.ofDays(-1));
    pass();
    site.forget();
    site.answer(is("DELETE"), 2, new Canned(429, Map.of(), ""));
    assertCounts(registry.sync(), 0, 0, 0, 1, 0);
    assertThat(site.node(node)).isEmpty();
    assertThat(site.received().stream().filter(isNode(node.toString())).filter(is("GET")))
        .hasSize(1);
  }

  @Test
  void aConflictIsToldAlsoWhenTheAnswerToItsFlagIsLost() {
    inStep("files");
    registry.connections.disconnect(registry.named("files").id(), true);
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"there\": 1}"));
    pass();
    site.loseAnswer(is("PATCH"), 1);
    SyncReport report = registry.sync();
    assertCounts(report, 0, 0, 0, 1, 0);
    assertThat(report.conflicts())
        .extracting(Conflict::resolution)
        .containsExactly(Conflict.Resolution.REGISTRY);
    assertThat(site.received()).filteredOn(is("PATCH")).hasSize(1);
    assertThat(attributes("files").path(DELETED).asBoolean()).isTrue();
  }

  @Test
  void ofPairsThatWereLostNoneIsTakenAsDeleted() {
    inStep("a", "b");
    registry.store.loadLinks(site.origin().toString()).forEach(registry.store::deleteLink);
    site.edit(nodeOf("a"), Map.of(DELETED, true));
    site.edit(nodeOf("b"), Map.of(DELETED, true, REGISTRY, ""));
    pass();
    SyncReport report = registry.sync(ConflictPolicy.DRUPAL);
    assertThat(report.status()).as("%s", report).isEqualTo(Status.PARTIAL);
    assertThat(report.conflicts())
        .extracting(Conflict::resolution)
        .containsExactly(Conflict.Resolution.UNRESOLVED, Conflict.Resolution.UNRESOLVED);
    assertThat(registry.connections.present()).isEqualTo(2);
  }

  /** The lock sees whole seconds only. */
  @Test
  void anEditInTheSecondInWhichANodeWasReadIsAConflictWithItsFlag() {
    inStep("a");
    UUID node = nodeOf("a");
    registry.connections.disconnect(registry.named("a").id(), true);
    site.edit(node, Map.of("field_mcp_status", "active"));
    site.after(SyncScene::isList, () -> site.edit(node, Map.of(METADATA, "{\"there\": 1}")));
    site.before(is("GET").and(isNode(node.toString())), this::pass);
    SyncReport report = registry.sync(ConflictPolicy.MANUAL);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(DELETED);
    assertThat(site.writes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatTheyNeverAgreedOnIsAConflictWhenOneSideDeletes(boolean here) {
    inStep("a", "b", "c", "d", "e");
    UUID node = nodeOf("a");
    String id = registry.named("a").id();
    registry.store.loadLinks(site.origin().toString()).stream()
        .filter(link -> link.connectionId().equals(id))
        .forEach(registry.store::deleteLink);
    site.edit(node, Map.of(METADATA, "{\"there\": 1}"));
    pass();
    assertThat(registry.sync(ConflictPolicy.MANUAL).conflicts()).hasSize(1);
    if (here) {
      registry.connections.disconnect(id, true);
    } else {
      site.delete(node);
    }
    SyncReport report = registry.sync(ConflictPolicy.MANUAL);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(DELETED);
    assertThat(report.deleted()).isZero();
  }

  @Test
  void aNodeThatIsMadeAgainBeforeItIsRestoredIsMergedWith() {
    inStep("a", "b", "c", "d", "e");
    UUID node = nodeOf("a");
    registry.change("a", "{\"here\": 1}");
    site.delete(node);
    site.before(
        is("POST"),
        () -> {
          site.create(node, http("a"));
          pass();
        });
    SyncReport report = registry.sync();
    assertThat(report.errors()).isEmpty();
    assertThat(site.nodes()).hasSize(5);
    assertThat(attributes("a").path(METADATA).asText()).contains("\"here\"");
    assertThat(registry.connections.present()).isEqualTo(5);
  }

  @Test
  void whatIsChangedHereBeforeItIsDisconnectedIsAConflict() {
    inStep("a", "b", "c", "d", "e");
    site.edit(nodeOf("a"), Map.of(DELETED, true));
    pass();
    site.after(SyncScene::isList, () -> registry.change("a", "{\"late\": 1}"));
    SyncReport report = registry.sync();
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(DELETED);
    assertThat(registry.named("a").isDisconnected()).isFalse();
  }

  @Test
  void aFlagThatWasTakenAwayMeanwhileDisconnectsNothing() {
    inStep("a", "b", "c", "d", "e");
    UUID node = nodeOf("a");
    site.edit(node, Map.of(DELETED, true));
    pass();
    site.after(
        SyncScene::isList,
        () -> {
          site.edit(node, Map.of(DELETED, false));
          pass();
        });
    assertThat(registry.sync().deleted()).isZero();
    assertThat(registry.connections.present()).isEqualTo(5);
  }

  @Test
  void aFlagThatWasTakenAwayMeanwhileDeletesNoNode() {
    inStep("a");
    UUID node = nodeOf("a");
    registry.connections.disconnect(registry.named("a").id(), true);
    registry.sync();
    registry.connections.purge(Duration.ofDays(-1));
    pass();
    site.after(
        SyncScene::isList,
        () -> {
          site.edit(node, Map.of(DELETED, false));
          pass();
        });
    registry.sync();
    assertThat(site.node(node)).isPresent();
    assertThat(registry.connections.findByName("a")).as("the editor wants it back").isPresent();
  }

  @Test
  void whatWasPurgedHereAndChangedThereIsAConflict() {
    inStep("a");
    UUID node = nodeOf("a");
    registry.connections.disconnect(registry.named("a").id(), true);
    registry.connections.purge(Duration.ofDays(-1));
    site.edit(node, Map.of(METADATA, "{\"there\": 1}"));
    pass();
    SyncReport report = registry.sync(ConflictPolicy.MANUAL);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(DELETED);
    assertThat(site.writes()).isZero();
    registry.sync(ConflictPolicy.DRUPAL);
    assertThat(registry.metadata("a")).contains("there");
  }

  @Test
  void anUnpublishedNodeIsNotDeletedAndLeftAlone() {
    inStep("a", "b");
    site.publish(nodeOf("a"), false);
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.COMPLETED);
    assertCounts(report, 0, 0, 0, 0, 2);
    registry.change("a", "{\"here\": 1}");
    report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(report.conflicts().getFirst().message()).contains("unpublished");
    assertThat(site.writes()).isZero();
    assertThat(registry.connections.present()).isEqualTo(2);
  }

  @Test
  void anUnpublishedNodeWhosePairWasLostIsNotMadeAgain() {
    inStep("a");
    site.publish(nodeOf("a"), false);
    registry.store.deleteLink(registry.store.loadLinks(site.origin().toString()).getFirst());
    for (SyncReport report : List.of(registry.dryRun(), registry.sync())) {
      assertCounts(report, 0, 0, 0, 0, 1);
      assertThat(report.conflicts()).hasSize(1);
      assertThat(report.conflicts().getFirst().message()).contains("unpublished");
    }
    assertThat(site.writes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"wrong-key", DrupalSite.NO_PERMISSION_KEY})
  void aWrongKeyDeletesNothingOnEitherSide(String key) {
    inStep("a", "b");
    registry.register("c");
    site.create(http("weather"));
    SyncReport report = registry.syncWith(key);
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(only(report).reason()).isEqualTo(Reason.KEY_REFUSED);
    assertThat(site.writes()).isZero();
    assertThat(registry.connections.present()).isEqualTo(3);
  }

  @Test
  void aKeyThatIsWithdrawnInBetweenDeletesNothing() {
    inStep("a", "b");
    site.before(SyncScene::isList, () -> site.keyHeader("x-other"));
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(report.deleted()).isZero();
    assertThat(registry.connections.present()).isEqualTo(2);
    assertThat(site.nodes()).hasSize(2);
  }

  @Test
  void aKeyThatIsWithdrawnBeforeAnythingIsMissedDeletesNothing() {
    inStep("a", "b", "c", "d", "e");
    String gone = nodeOf("a").toString();
    site.delete(nodeOf("a"));
    site.before(isNode(gone), () -> site.keyHeader("x-other"));
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(only(report).reason()).isEqualTo(Reason.KEY_REFUSED);
    assertThat(registry.connections.present()).isEqualTo(5);
  }

  @Test
  void anEmptyListDeletesNothingThatIsThere() {
    inStep("a", "b");
    site.answer(
        SyncScene::isList,
        1,
        new Canned(200, Map.of("content-type", SiteAnswer.JSON_API), "{\"data\": []}"));
    assertCounts(registry.sync(), 0, 0, 0, 0, 2);
    assertThat(registry.connections.present()).isEqualTo(2);
  }

  @Test
  void aListThatLeavesNodesOutDeletesNothing() {
    inStep("a", "b", "c", "d", "e");
    site.delete(nodeOf("a"));
    site.answer(
        SyncScene::isList,
        1,
        new Canned(
            200,
            Map.of("content-type", SiteAnswer.JSON_API),
            "{\"data\": [], \"meta\": {\"omitted\": {}}}"));
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(only(report).reason()).isEqualTo(Reason.INCOMPLETE);
    assertThat(report.deleted()).isZero();
    assertThat(registry.connections.present()).isEqualTo(5);
  }
}
