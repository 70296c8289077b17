package io.bluefly.registry.api;

import io.bluefly.registry.audit.AuditEntry;
import io.bluefly.registry.audit.AuditFilter;
import io.bluefly.registry.audit.AuditLog;
import java.util.List;

/** Looking into the audit log. */
final class AuditApi {
  private final AuditLog log;

  AuditApi(AuditLog log) {
    this.log = log;
  }

  /** Entries, the newest first. */
  record Entries(List<AuditEntry> entries, int total) {}

  Reply list(Request request) {
    AuditFilter filter =
        new AuditFilter(
            request.optionalText("principal"),
            request.optionalText("action"),
            request.optionalText("target"),
            request.optionalText("outcome"),
            Times.optional(request, "from"),
            Times.optional(request, "to"));
    List<AuditEntry> found = log.read(filter, request.number("limit"));
    return Reply.ok(new Entries(found, found.size()));
  }
}
