package io.bluefly.registry.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which entries are looked for; null does not restrict.
 *
 * @param after entries of this time and later
 * @param before entries before this time
 */
public record AuditFilter(
    @Nullable String principal,
    @Nullable String action,
    @Nullable String target,
    @Nullable String outcome,
    @Nullable Instant after,
    @Nullable Instant before) {

  boolean matches(AuditEntry entry) {
    return (principal == null || principal.equals(entry.principal()))
        && (action == null || action.equals(entry.action()))
        && (target == null || target.equals(entry.target()))
        && (outcome == null || outcome.equals(entry.outcome().wire()))
        && (after == null || !entry.at().isBefore(after))
        && (before == null || entry.at().isBefore(before));
  }
}
