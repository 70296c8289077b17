package io.bluefly.registry.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.drupal.Conflict;
import io.bluefly.registry.drupal.ConflictPolicy;
import io.bluefly.registry.drupal.Link;
import io.bluefly.registry.drupal.SyncError;
import io.bluefly.registry.drupal.SyncMode;
import io.bluefly.registry.drupal.SyncReport;
import io.bluefly.registry.drupal.SyncReport.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every store of syncs must do; run on each database. */
interface SyncStoreContract {
  /** A site. */
  String SITE = "https://drupal.example.com/site";

  /** When the first sync began. */
  Instant BEGIN = Instant.parse("2026-01-01T00:00:00.123456Z");

  /** The same, at first empty, database each time. */
  SqlDatabase open();

  private static Link link(String site, String node, String connection) {
    return new Link(
        site, node, connection, false, Map.of("NAME", new Link.Agreed("h-" + node, "h-there")));
  }

  @Test
  default void linksAreKeptBySite() {
    Link two = link(SITE, "n1", "c2");
    Link one = new Link(SITE, "n2", "c1", true, Map.of());
    Link elsewhere = link("https://drupal.example.com", "n1", "c2");
    try (SqlDatabase database = open()) {
      assertThat(database.syncs().loadLinks(SITE)).isEmpty();
      database.syncs().saveLink(two);
      database.syncs().saveLink(one);
      database.syncs().saveLink(elsewhere);
    }
    try (SqlDatabase database = open()) {
      assertThat(database.syncs().loadLinks(SITE)).containsExactly(one, two);
      assertThat(database.syncs().loadLinks(elsewhere.site())).containsExactly(elsewhere);
      assertThat(database.syncs().loadLinks("https://other.example.com")).isEmpty();
    }
  }

  @Test
  default void aLinkReplacesThoseOfItsNodeAndOfItsConnection() {
    try (SqlDatabase database = open()) {
      database.syncs().saveLink(link(SITE, "n1", "c1"));
      Link changed = new Link(SITE, "n1", "c1", true, Map.of());
      database.syncs().saveLink(changed);
      assertThat(database.syncs().loadLinks(SITE)).containsExactly(changed);

      Link other = link(SITE, "n3", "c3");
      Link elsewhere = link("https://other.example.com", "n1", "c2");
      database.syncs().saveLink(link(SITE, "n2", "c2"));
      database.syncs().saveLink(other);
      database.syncs().saveLink(elsewhere);
      Link both = link(SITE, "n1", "c2");
      database.syncs().saveLink(both);
      assertThat(database.syncs().loadLinks(SITE)).containsExactly(both, other);
      assertThat(database.syncs().loadLinks(elsewhere.site())).containsExactly(elsewhere);
    }
  }

  @Test
  default void aForgottenLinkIsGoneAtItsSiteAlone() {
    try (SqlDatabase database = open()) {
      Link other = link(SITE, "n2", "c2");
      Link elsewhere = link("https://other.example.com", "n1", "c1");
      for (Link each : List.of(link(SITE, "n1", "c1"), other, elsewhere)) {
        database.syncs().saveLink(each);
      }
      database.syncs().deleteLink(new Link(SITE, "n1", "c1", true, Map.of()));
      database.syncs().deleteLink(link(SITE, "unknown", "c2"));
      assertThat(database.syncs().loadLinks(SITE)).containsExactly(other);
      assertThat(database.syncs().loadLinks(elsewhere.site())).containsExactly(elsewhere);
    }
  }

  private static SyncReport report(String id, Instant at, Status status) {
    return report(id, at, status, null, List.of(), List.of());
  }

  private static SyncReport report(
      String id,
      Instant at,
      Status status,
      @Nullable Instant end,
      List<Conflict> conflicts,
      List<SyncError> errors) {
    return new SyncReport(
        id,
        status,
        SITE,
        SyncMode.BIDIRECTIONAL,
        ConflictPolicy.NEWEST,
        false,
        at,
        end,
        end == null ? null : 7,
        1,
        2,
        3,
        4,
        5,
        conflicts,
        conflicts.size(),
        errors,
        errors.size());
  }

  @Test
  default void aReportIsReadAsItWasWritten() {
    SyncReport whole =
        report(
            "s1",
            BEGIN,
            Status.PARTIAL,
            BEGIN.plusSeconds(60),
            List.of(
                new Conflict("c1", "n1", "title", Conflict.Resolution.UNRESOLVED, "both"),
                new Conflict("c2", "n2", "title", Conflict.Resolution.DRUPAL, "Drupal's")),
            List.of(
                new SyncError(null, null, null, SyncError.Reason.READ_ONLY, "a\u0000\ud800ü😀\""),
                new SyncError("c3", "n3", "title", SyncError.Reason.NAME_TAKEN, "taken")));
    try (SqlDatabase database = open()) {
      database.syncs().saveSync(whole, 10);
    }
    try (SqlDatabase database = open()) {
      assertThat(database.syncs().loadSyncs(10)).containsExactly(whole);
    }
  }

  @Test
  default void aReportThatGoesOnIsWrittenInPlace() {
    try (SqlDatabase database = open()) {
      database.syncs().saveSync(report("s1", BEGIN, Status.RUNNING), 10);
      database.syncs().saveSync(report("s2", BEGIN.plusSeconds(1), Status.RUNNING), 10);
      SyncReport ended =
          report("s1", BEGIN, Status.COMPLETED, BEGIN.plusSeconds(2), List.of(), List.of());
      database.syncs().saveSync(ended, 10);
      assertThat(database.syncs().loadSyncs(10))
          .containsExactly(report("s2", BEGIN.plusSeconds(1), Status.RUNNING), ended);
    }
  }

  @Test
  default void theNewestReportsComeFirstAndOnlySoManyAreKept() {
    try (SqlDatabase database = open()) {
      for (int i : List.of(3, 1, 4, 2)) {
        Instant at = BEGIN.plusSeconds(3600L * i);
        database.syncs().saveSync(report("s" + (9 - i), at, Status.COMPLETED), 10);
      }
      assertThat(database.syncs().loadSyncs(10))
          .extracting(SyncReport::syncId)
          .containsExactly("s5", "s6", "s7", "s8");
      assertThat(database.syncs().loadSyncs(2))
          .extracting(SyncReport::syncId)
          .containsExactly("s5", "s6");
      database.syncs().saveSync(report("s0", BEGIN.plusSeconds(36_000), Status.RUNNING), 3);
      assertThat(database.syncs().loadSyncs(10))
          .extracting(SyncReport::syncId)
          .containsExactly("s0", "s5", "s6");
    }
  }

  @Test
  default void aNameThatWasMadeUpIsKept() {
    try (SqlDatabase database = open()) {
      assertThat(database.syncs().registryName("first")).isEqualTo("first");
      assertThat(database.syncs().registryName("second")).isEqualTo("first");
    }
    try (SqlDatabase database = open()) {
      assertThat(database.syncs().registryNames("configured", true))
          .containsExactly("configured", "first");
      assertThat(database.syncs().registryName("third")).isEqualTo("first");
    }
  }

  @Test
  default void allNamesEverAreKnownTheCurrentOneFirst() {
    try (SqlDatabase database = open()) {
      assertThat(database.syncs().registryNames("tried", false)).containsExactly("tried");
      assertThat(database.syncs().registryNames("b", true)).containsExactly("b");
      assertThat(database.syncs().registryNames("c", true)).containsExactly("c", "b");
      assertThat(database.syncs().registryNames("a", true)).containsExactly("a", "b", "c");
      assertThat(database.syncs().registryNames("b", true)).containsExactly("b", "a", "c");
      assertThat(database.syncs().registryName("made-up")).isEqualTo("made-up");
    }
  }

  @Test
  default void theNewestReportComesFirstWithinASecondToo() {
    Instant second = Instant.parse("2026-01-01T00:00:00Z");
    try (SqlDatabase database = open()) {
      database.syncs().saveSync(report("s1", second, Status.COMPLETED), 10);
      database.syncs().saveSync(report("s2", second.plusMillis(500), Status.COMPLETED), 10);
      database.syncs().saveSync(report("s3", second.plusNanos(500_001_000), Status.COMPLETED), 10);
      assertThat(database.syncs().loadSyncs(10))
          .extracting(SyncReport::syncId)
          .containsExactly("s3", "s2", "s1");
    }
  }
}
