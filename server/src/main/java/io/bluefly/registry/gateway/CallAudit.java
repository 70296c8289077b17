package io.bluefly.registry.gateway;

import io.bluefly.registry.audit.AuditEntry;
import io.bluefly.registry.audit.AuditLog;
import io.bluefly.registry.audit.Outcome;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.Principal;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Writes down who calls what, where that is wanted: that a call has begun before it goes anywhere,
 * and how it has ended.
 */
final class CallAudit {
  private final AuditLog log;

  CallAudit(AuditLog log) {
    this.log = log;
  }

  /** Whether such requests are written down. */
  boolean takes(RpcMessage request) {
    return log.takesCalls()
        && switch (request.method()) {
          case "tools/call", "prompts/get", "resources/read", "completion/complete" -> true;
          default -> false;
        };
  }

  /** Writes down that a call begins; ends with whether that was possible. */
  CompletableFuture<Boolean> begin(ClientRequest client) {
    String address = new McpPath(client.address(), McpPath.Form.MCP).text();
    return log.write(entry(client, address, Outcome.BEGUN, null));
  }

  /** Writes down how a call has ended at a connection. */
  void end(ClientRequest client, Connection connection, io.bluefly.registry.metrics.Outcome how) {
    if (!takes(client.message())) {
      return;
    }
    switch (how) {
      case OK -> log.write(entry(client, connection.id(), Outcome.DONE, null));
      case ERROR_ANSWER ->
          log.write(entry(client, connection.id(), Outcome.FAILED, "error-answer"));
      case FAILED -> log.write(entry(client, connection.id(), Outcome.FAILED, "no-answer"));
      case CANCELLED -> log.write(entry(client, connection.id(), Outcome.FAILED, "cancelled"));
    }
  }

  /** Writes down that a limited key asked for an address that is not its own. */
  void outOfScope(Principal principal, String from, McpPath path) {
    if (!principal.scope().isAll()) {
      log.write(
          new AuditEntry(
              Instant.now(),
              principal.id(),
              principal.name(),
              from,
              AuditEntry.REQUEST,
              path.text(),
              Outcome.REFUSED,
              404,
              "out-of-scope",
              null));
    }
  }

  private static AuditEntry entry(
      ClientRequest client, String where, Outcome outcome, @Nullable String reason) {
    return new AuditEntry(
        Instant.now(),
        client.principal().id(),
        client.principal().name(),
        client.peer().head().remoteAddress(),
        client.message().method(),
        where + " " + client.message().target(),
        outcome,
        null,
        reason,
        null);
  }
}
