package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.drupal.SyncError.Reason;
import io.bluefly.registry.drupal.SyncReport.Status;
import io.bluefly.registry.drupal.SyncedRegistry.Options;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.Scope;
import io.bluefly.registry.testkit.drupal.DrupalSite;
import io.bluefly.registry.testkit.drupal.DrupalSite.Canned;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys, and syncs as jobs. */
class DrupalJobTest extends SyncScene {
  @ParameterizedTest
  @EnumSource(CredentialScheme.class)
  void theKeyIsSentAsTheOperatorSays(CredentialScheme scheme) {
    restart(new Options(scheme, Duration.ofSeconds(5), false));
    site.bearer(scheme == CredentialScheme.BEARER);
    site.keyHeader(scheme == CredentialScheme.API_KEY ? "api-key" : "x-api-key");
    registry.register("a");
    String key =
        scheme == CredentialScheme.BASIC
            ? DrupalSite.SYNC_USER + ":" + DrupalSite.SYNC_PASSWORD
            : DrupalSite.SYNC_KEY;
    assertThat(registry.syncWith(key).pushed()).isEqualTo(1);
    assertThat(site.received()).noneMatch(r -> (r.path() + r.query()).contains(key));
  }

  @Test
  void aKeyThatHasExpiredChangesNothingMore() {
    site.create(http("weather"));
    pass();
    SyncReport report = registry.syncBy(until(Instant.now().minusSeconds(1)));
    assertThat(only(report).reason()).isEqualTo(Reason.FORBIDDEN);
    assertThat(registry.connections.findByName("weather")).isEmpty();
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(site.writes()).isZero();
  }

  @Test
  void whatWasWrittenBeforeTheKeyExpiredIsNotSaidToBeNothing() {
    site.create(http("weather"));
    pass();
    site.before(is("PATCH"), () -> registry.ahead = Duration.ofHours(2));
    SyncReport report = registry.syncBy(until(Instant.now().plus(Duration.ofHours(1))));
    assertThat(only(report).reason()).isEqualTo(Reason.FORBIDDEN);
    assertThat(site.writes()).as("%s", report).isEqualTo(1);
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
  }

  private static Principal until(Instant expiry) {
    return new Principal("key-old", "old", Set.of(Permission.WRITE), Scope.ALL, expiry);
  }

  @Test
  void aSecretIsSentWhereItIsBoundTo() {
    registry.register("a");
    assertThat(registry.syncWith("${" + SyncedRegistry.SECRET + "}").pushed()).isEqualTo(1);
    assertThatThrownBy(() -> registry.syncWith("${OTHER}"))
        .isInstanceOf(SyncRefusedException.KeyUnknown.class)
        .hasMessageContaining("OTHER@" + site.origin());
  }

  @Test
  void aKeyOfSeveralLinesIsRefusedWithoutBeingTold() {
    assertThatThrownBy(() -> registry.syncWith("first-line\nsecond-line"))
        .isInstanceOf(SyncRefusedException.KeyUnknown.class)
        .hasMessageNotContaining("line-")
        .hasMessageContaining("one line");
    assertThat(site.received()).isEmpty();
  }

  @Test
  void onlyTheOperatorsSitesAreSyncedWith() throws IOException {
    try (DrupalSite other = DrupalSite.start()) {
      SyncRequest usual = registry.request(SyncMode.PUSH, ConflictPolicy.REGISTRY);
      SyncRequest elsewhere =
          new SyncRequest(
              SiteAddress.parse(other.origin().toString()),
              usual.apiKey(),
              usual.mode(),
              usual.conflictPolicy(),
              false,
              0,
              usual.principal(),
              usual.from());
      assertThatThrownBy(() -> registry.sync(elsewhere))
          .isInstanceOf(SyncRefusedException.OriginNotListed.class)
          .hasMessageContaining("MCP_REGISTRY_DRUPAL_ORIGINS");
      assertThat(other.received()).isEmpty();
    }
  }

  @Test
  void theKeyIsInNoMessageEvenIfTheSiteRepeatsIt() {
    registry.register("a");
    site.answer(
        is("POST"),
        1,
        new Canned(
            422,
            Map.of("content-type", SiteAnswer.JSON_API),
            "{\"errors\": [{\"detail\": \"no good: " + DrupalSite.SYNC_KEY + "\"}]}"));
    SyncReport report = registry.sync();
    assertThat(only(report).message()).contains("no good: ***");
    assertThat(report.toString()).doesNotContain(DrupalSite.SYNC_KEY);
    assertThat(registry.store.loadSyncs(10).toString()).doesNotContain(DrupalSite.SYNC_KEY);
  }

  @Test
  void oneSyncOfAnOriginRunsAtATime() {
    registry.register("a");
    site.delay(Duration.ofMillis(200));
    SyncRequest request = registry.request(SyncMode.PUSH, ConflictPolicy.REGISTRY);
    String first = registry.syncs.start(request).syncId();
    assertThatThrownBy(() -> registry.syncs.start(request))
        .isInstanceOf(SyncRefusedException.AlreadyRunning.class)
        .hasMessageContaining(first);
    assertThat(registry.syncs.find(first).orElseThrow().isRunning()).isTrue();
    assertThat(registry.ended(first).pushed()).isEqualTo(1);
    assertThat(registry.sync().status()).isEqualTo(Status.COMPLETED);
    assertThat(registry.syncs.list()).hasSize(2);
  }

  @Test
  void aSyncThatIsStoppedIsFinishedByTheNextOne() {
    for (int i = 0; i < 40; i++) {
      registry.register("c" + i);
    }
    site.delay(Duration.ofMillis(50));
    site.after(request -> request.body().contains("\"c9\""), () -> registry.syncs.close());
    String id =
        registry.syncs.start(registry.request(SyncMode.PUSH, ConflictPolicy.REGISTRY)).syncId();
    SyncReport stopped = registry.ended(id);
    assertThat(stopped.status()).isEqualTo(Status.PARTIAL);
    assertThat(only(stopped).reason()).isEqualTo(Reason.INTERRUPTED);
    restart(Options.USUAL);
    assertThat(registry.syncs.find(id)).contains(stopped);
    pass();
    site.delay(Duration.ZERO);
    assertThat(registry.sync().status()).isEqualTo(Status.COMPLETED);
    assertThat(site.nodes()).hasSize(40);
  }

  @Test
  void aConnectionWhosePairWasNotKeptIsFoundAgainAlsoIfItWasChangedSince() {
    UUID node = site.create(http("weather"));
    pass();
    registry.sync();
    registry.store.deleteLink(registry.store.loadLinks(site.origin().toString()).getFirst());
    site.edit(node, Map.of("field_mcp_connection_id", "new", METADATA, "{\"there\": 1}"));
    pass();
    SyncReport report = registry.sync(ConflictPolicy.DRUPAL);
    assertThat(report.status()).as("%s", report).isEqualTo(Status.COMPLETED);
    assertThat(registry.metadata("weather")).contains("there");
    assertThat(site.nodes()).hasSize(1);
    assertThat(registry.connections.present()).isEqualTo(1);
  }

  /** As after kill -9 between the registration and what is kept of it. */
  @Test
  void aConnectionWhosePairWasNotKeptIsFoundAgain() {
    UUID node = site.create(http("weather"));
    pass();
    registry.sync(SyncMode.PULL);
    Link link = registry.store.loadLinks(site.origin().toString()).getFirst();
    registry.store.deleteLink(link);
    SyncReport report = registry.sync();
    assertThat(report.status()).as("%s", report).isEqualTo(Status.COMPLETED);
    assertThat(registry.connections.present()).isEqualTo(1);
    assertThat(site.nodes()).hasSize(1);
    assertThat(
            site.node(node)
                .orElseThrow()
                .path("attributes")
                .path("field_mcp_connection_id")
                .asText())
        .isEqualTo(registry.named("weather").id());
  }
}
