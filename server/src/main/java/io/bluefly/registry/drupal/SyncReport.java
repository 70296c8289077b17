package io.bluefly.registry.drupal;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How far a sync is, or what came of it.
 *
 * @param total what there is to look at; null until that is known
 * @param pushed nodes that were made
 * @param pulled connections that were registered
 * @param updated pairs of which either side was changed
 * @param deleted connections that were disconnected, nodes that were flagged or deleted
 * @param unchanged what was left as it is
 * @param conflicts the first of them; {@code conflictCount} counts all
 * @param errors the first of them; {@code errorCount} counts all
 */
public record SyncReport(
    String syncId,
    Status status,
    String drupalEndpoint,
    SyncMode mode,
    ConflictPolicy conflictPolicy,
    boolean dryRun,
    Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable Integer total,
    int pushed,
    int pulled,
    int updated,
    int deleted,
    int unchanged,
    List<Conflict> conflicts,
    int conflictCount,
    List<SyncError> errors,
    int errorCount) {
  /** Copies the lists. */
  public SyncReport {
    conflicts = List.copyOf(conflicts);
    errors = List.copyOf(errors);
  }

  /** Where a sync is in its life. */
  public enum Status {
    /** It goes on. */
    RUNNING,
    /** All is in step. */
    COMPLETED,
    /** Some of it is not: see errors, and conflicts that are unresolved. */
    PARTIAL,
    /** It stopped before anything was changed. */
    FAILED;

    /** The name in the API. */
    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether it goes on. */
  @JsonIgnore
  public boolean isRunning() {
    return status == Status.RUNNING;
  }

  /** The same, found when the registry was started again. */
  SyncReport interrupted(Instant now) {
    SyncError why =
        new SyncError(
            null,
            null,
            null,
            SyncError.Reason.INTERRUPTED,
            "The registry was stopped in the middle; the next sync finishes it");
    return new SyncReport(
        syncId,
        Status.PARTIAL,
        drupalEndpoint,
        mode,
        conflictPolicy,
        dryRun,
        startedAt,
        now,
        total,
        pushed,
        pulled,
        updated,
        deleted,
        unchanged,
        conflicts,
        conflictCount,
        List.of(why),
        1);
  }
}
