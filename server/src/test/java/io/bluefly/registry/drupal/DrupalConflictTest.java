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

/** What comes of changes on both sides, and of a sync in one direction. */
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
