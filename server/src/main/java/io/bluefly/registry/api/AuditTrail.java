package io.bluefly.registry.api;

import io.bluefly.registry.api.Contract.Described;
import io.bluefly.registry.audit.AuditEntry;
import io.bluefly.registry.audit.AuditLog;
import io.bluefly.registry.audit.Outcome;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.security.Principal;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes down who has changed what, and who was refused, before they are answered. */
public final class AuditTrail {
  private static final int FIRST_CLIENT_ERROR = 400;
  private static final int FORBIDDEN = 403;
  private static final int FIRST_SERVER_ERROR = 500;
  private static final long PATIENCE_SECONDS = 10;

  private final AuditLog log;
  private final InstantSource clock;

  /** Writes to {@code log}. */
  public AuditTrail(AuditLog log, InstantSource clock) {
    this.log = log;
    this.clock = clock;
  }

  /** Whether the operation changes something. */
  private static boolean isChange(Described operation) {
    Permission needed = operation.permission();
    return !operation.method().equals("GET")
        && (needed == Permission.WRITE || needed == Permission.EXEC || needed == Permission.ADMIN);
  }

  /**
   * What can't be written down is not done.
   *
   * @throws ProblemException when the log can't be written
   */
  void requireWritable(Described operation) {
    if (isChange(operation) && log.isFailing()) {
      throw new ProblemException(Problems.auditUnavailable());
    }
  }

  /**
   * Writes down what has come of a change, or that it was refused, and waits for it.
   *
   * @return what is answered: {@code reply}, unless it tells of something done that was not written
   *     down
   */
  Reply noted(
      Described operation,
      Principal principal,
      String from,
      Map<String, String> path,
      Reply reply) {
    if (!isChange(operation) && reply.status() != FORBIDDEN) {
      return reply;
    }
    if (reply.body() instanceof BatchApi.BatchReply batch) {
      List<CompletableFuture<Boolean>> written =
          batch.results().stream()
              .map(item ->
                  log.write(
                      entry(
                          principal,
                          from,
                          operation.id() + "/" + item.op(),
                          item.connectionId(),
                          item.status(),
                          item.problem())))
              .toList();
      return new Reply(reply.status(), reply.headers(), noted(batch, areWritten(written)));
    }
    Problem problem = reply.body() instanceof Problem known ? known : null;
    String target = path.values().stream().findFirst().orElseGet(() -> created(reply));
    AuditEntry entry = entry(principal, from, operation.id(), target, reply.status(), problem);
    boolean written = areWritten(List.of(log.write(entry))).getFirst();
    return written || !isDone(reply.status())
        ? reply
        : new Reply(Problems.notAudited().status(), reply.headers(), Problems.notAudited());
  }

  private static BatchApi.BatchReply noted(BatchApi.BatchReply batch, List<Boolean> written) {
    List<BatchApi.Item> items = new ArrayList<>();
    for (int i = 0; i < written.size(); i++) {
      BatchApi.Item item = batch.results().get(i);
      boolean isUnnoted = isDone(item.status()) && !written.get(i);
      items.add(isUnnoted ? item.failed(Problems.notAudited()) : item);
    }
    return BatchApi.BatchReply.of(items);
  }

  private static boolean isDone(int status) {
    return status < FIRST_CLIENT_ERROR;
  }

  /** What has just been made is named by its address. */
  private static @Nullable String created(Reply reply) {
    String location = reply.headers().get("location");
    return location == null ? null : location.substring(location.lastIndexOf('/') + 1);
  }

  private static List<Boolean> areWritten(List<CompletableFuture<Boolean>> all) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    return all.stream()
        .map(each ->
            each.completeOnTimeout(false, until - System.nanoTime(), TimeUnit.NANOSECONDS).join())
        .toList();
  }

  /**
   * Writes down that a request was refused before it came to an operation; ends when that is done.
   *
   * @param principal null when nobody knows who it is
   */
  public CompletableFuture<Boolean> refused(
      @Nullable Principal principal, HttpServerRequest request, Problem problem) {
    String from = String.valueOf(request.remoteAddress().hostAddress());
    String what = request.method() + " " + request.path();
    return log.write(entry(principal, from, AuditEntry.REQUEST, what, problem.status(), problem))
        .completeOnTimeout(false, PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private AuditEntry entry(
      @Nullable Principal principal,
      String from,
      String action,
      @Nullable String target,
      int status,
      @Nullable Problem problem) {
    return new AuditEntry(
        clock.instant(),
        principal == null ? null : principal.id(),
        principal == null ? null : principal.name(),
        from,
        action,
        target,
        outcome(status),
        status,
        problem == null ? null : problem.kind(),
        null);
  }

  private static Outcome outcome(int status) {
    return isDone(status)
        ? Outcome.DONE
        : status >= FIRST_SERVER_ERROR ? Outcome.FAILED : Outcome.REFUSED;
  }
}
