package io.bluefly.registry.drupal;

import io.bluefly.registry.drupal.SyncReport.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts what a sync does; several threads at once. */
final class Tally {
  /** Reports are kept, and read by people. */
  private static final int MOST_LISTED = 200;

  /** What came of one connection. */
  enum Outcome {
    PUSHED,
    PULLED,
    UPDATED,
    DELETED,
    UNCHANGED
  }

  private final String syncId;
  private final SyncRequest request;
  private final Instant startedAt;
  private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
  private final List<Conflict> conflicts = new ArrayList<>();
  private final List<SyncError> errors = new ArrayList<>();
  private @Nullable Integer total;
  private int conflictCount;
  private int errorCount;
  private boolean unresolved;
  private boolean changed;

  Tally(String syncId, SyncRequest request, Instant startedAt) {
    this.syncId = syncId;
    this.request = request;
    this.startedAt = startedAt;
  }

  synchronized void expect(int items) {
    total = items;
  }

  /** Something was changed, whatever comes of the rest of it. */
  synchronized void changed() {
    changed = true;
  }

  synchronized void add(Outcome outcome) {
    counts.merge(outcome, 1, Integer::sum);
  }

  synchronized void add(Conflict conflict) {
    conflictCount++;
    unresolved |= conflict.resolution() == Conflict.Resolution.UNRESOLVED;
    if (conflicts.size() < MOST_LISTED) {
      conflicts.add(conflict);
    }
  }

  synchronized void add(SyncError error) {
    errorCount++;
    if (errors.size() < MOST_LISTED) {
      errors.add(error);
    }
  }

  /** What keeps the sync from going on stands first. */
  synchronized void stopped(SiteException why) {
    errorCount++;
    errors.addFirst(new SyncError(null, null, null, why.reason(), why.getMessage()));
  }

  /** How it ended; {@code stopped}: before its end. */
  synchronized Status ending(boolean stopped) {
    boolean done =
        changed
            || counts.entrySet().stream()
                .anyMatch(entry -> entry.getKey() != Outcome.UNCHANGED && entry.getValue() > 0);
    if (stopped && !done) {
      return Status.FAILED;
    }
    return errorCount > 0 || unresolved ? Status.PARTIAL : Status.COMPLETED;
  }

  synchronized SyncReport report(Status status, @Nullable Instant finishedAt) {
    return new SyncReport(
        syncId,
        status,
        request.site().toString(),
        request.mode(),
        request.conflictPolicy(),
        request.dryRun(),
        startedAt,
        finishedAt,
        total,
        count(Outcome.PUSHED),
        count(Outcome.PULLED),
        count(Outcome.UPDATED),
        count(Outcome.DELETED),
        count(Outcome.UNCHANGED),
        conflicts,
        conflictCount,
        errors,
        errorCount);
  }

  private int count(Outcome outcome) {
    return counts.getOrDefault(outcome, 0);
  }
}
