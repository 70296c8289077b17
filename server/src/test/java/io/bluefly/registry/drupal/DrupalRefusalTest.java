package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.drupal.SyncError.Reason;
import io.bluefly.registry.drupal.SyncReport.Status;
import io.bluefly.registry.testkit.drupal.DrupalSite;
import io.bluefly.registry.testkit.drupal.DrupalSite.Canned;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a sync makes of a site that does not answer as it should. */
class DrupalRefusalTest extends SyncScene {
  private SyncReport afterA(Runnable change) {
    inStep("a");
    registry.change("a", "{\"here\": 1}");
    change.run();
    return registry.sync();
  }

  @Test
  void aSiteThatTakesNoWritesSaysSo() {
    SyncReport report = afterA(() -> site.readOnly(true));
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(only(report).reason()).isEqualTo(Reason.READ_ONLY);
    assertThat(only(report).message()).contains("/admin/config/services/jsonapi");
  }

  @Test
  void whatWasTakenOverBeforeTheSiteRefusedIsNoFailure() {
    inStep("a");
    registry.change("a", "{\"here\": 1}");
    site.edit(nodeOf("a"), Map.of("title", "a-eu", "field_mcp_health_check", "{\"interval\": 60}"));
    pass();
    site.readOnly(true);
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(only(report).reason()).isEqualTo(Reason.READ_ONLY);
    assertThat(registry.named("a-eu").isDisconnected()).isFalse();
    site.readOnly(false);
    assertThat(registry.sync(ConflictPolicy.MANUAL).conflicts()).isEmpty();
    assertThat(attributes("a-eu").path(METADATA).asText()).contains("\"here\"");
  }

  @Test
  void aSiteWithoutJsonApiSaysSo() {
    assertThat(only(afterA(() -> site.jsonApi(false))).reason()).isEqualTo(Reason.NOT_JSON_API);
  }

  @Test
  void aSiteWithoutTheContentTypeSaysSo() {
    SyncReport report = afterA(() -> site.contentType(false));
    assertThat(only(report).reason()).isEqualTo(Reason.CONTENT_TYPE_MISSING);
    assertThat(registry.connections.present()).isEqualTo(1);
  }

  @Test
  void aLoginPageIsNoJsonApi() {
    Canned page = new Canned(200, Map.of("content-type", "text/html"), "<h1>Log in</h1>");
    SyncReport report = afterA(() -> site.answer(SyncScene::isList, 1, page));
    assertThat(only(report).reason()).isEqualTo(Reason.NOT_JSON_API);
    assertThat(only(report).message()).contains("text/html", "login page");
  }

  @Test
  void aMediaTypeThatIsNotTakenIsSaid() {
    Canned refusal =
        new Canned(415, Map.of("content-type", SiteAnswer.JSON_API), "{\"errors\":[]}");
    SyncReport report = afterA(() -> site.answer(is("PATCH"), 1, refusal));
    assertThat(only(report).reason()).isEqualTo(Reason.MEDIA_TYPE);
  }

  @Test
  void aRedirectIsNotFollowedAndTheKeyGoesNowhereElse() throws IOException {
    try (DrupalSite elsewhere = DrupalSite.start()) {
      Canned moved = new Canned(302, Map.of("location", elsewhere.origin() + "/jsonapi"), "");
      SyncReport report =
          afterA(() -> site.answer(request -> request.path().equals("/jsonapi"), 1, moved));
      assertThat(only(report).reason()).isEqualTo(Reason.REDIRECTED);
      assertThat(only(report).message()).contains(elsewhere.origin().toString());
      assertThat(elsewhere.received()).isEmpty();
    }
  }

  @Test
  void aShortMaintenanceIsWaitedFor() {
    Canned pause =
        new Canned(
            503,
            Map.of("content-type", SiteAnswer.JSON_API, "retry-after", "1"),
            "{\"errors\":[]}");
    SyncReport report = afterA(() -> site.answer(is("PATCH"), 1, pause));
    assertThat(report.status()).isEqualTo(Status.COMPLETED);
    assertThat(attributes("a").path(METADATA).asText()).contains("\"here\"");
  }

  @Test
  void aLongMaintenanceEndsTheSyncAndTheNextOneFinishesIt() {
    for (int i = 0; i < 20; i++) {
      registry.register("c" + i);
    }
    site.after(request -> request.body().contains("\"c9\""), () -> site.maintenance(true, 60));
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(only(report).reason()).isEqualTo(Reason.MAINTENANCE);
    assertThat(only(report).message()).contains("503", "60");
    assertThat(report.pushed()).isBetween(1, 19);
    site.maintenance(false);
    pass();
    SyncReport next = registry.sync();
    assertThat(next.status()).isEqualTo(Status.COMPLETED);
    assertThat(next.pushed()).isEqualTo(20 - report.pushed());
    assertThat(site.nodes()).hasSize(20);
  }

  @Test
  void aNodeThatAlwaysFailsDoesNotStopTheOthers() {
    inStep("a", "b");
    registry.change("a", "{\"here\": 1}");
    registry.change("b", "{\"here\": 1}");
    Canned error = new Canned(500, Map.of("content-type", "text/html"), "<h1>Oh</h1>");
    site.answer(
        request -> is("PATCH").test(request) && isNode(nodeOf("a").toString()).test(request),
        100,
        error);
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(only(report).reason()).isEqualTo(Reason.SITE_ERROR);
    assertThat(attributes("b").path(METADATA).asText()).contains("\"here\"");
  }

  @Test
  void aSiteThatIsNotThereSaysSo() {
    inStep("a");
    site.close();
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(only(report).reason()).isEqualTo(Reason.UNREACHABLE);
  }

  @Test
  void aUserWhoMayNotWriteIsTold() {
    registry.register("a");
    SyncReport report = registry.syncWith(DrupalSite.READ_KEY);
    assertThat(only(report).reason()).isEqualTo(Reason.FORBIDDEN);
    assertThat(only(report).message()).contains("MCP sync");
  }
}
