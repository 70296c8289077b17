package io.bluefly.registry.api;

import io.bluefly.registry.api.Problem.Violation;
import io.bluefly.registry.capabilities.DefinitionException;
import io.bluefly.registry.connections.ConnectionStore.StoreException;
import io.bluefly.registry.connections.RegistryException;
import io.bluefly.registry.drupal.SyncRefusedException;
import io.bluefly.registry.metrics.UsageReports.TooManyReportersException;
import io.bluefly.registry.security.ApiKeys.TooManyKeysException;
import io.bluefly.registry.security.CommandRefusal;
import io.bluefly.registry.security.Permission;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every problem that the control plane answers with, and the table from exceptions to them. */
public final class Problems {
  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  /** The table: what an exception means to whoever asked. */
  public static Problem of(Throwable error) {
    return switch (error) {
      case ProblemException known -> known.problem();
      case RegistryException.NotFound e -> unknown(e.getMessage());
      case RegistryException.NameTaken e ->
          Problem.of(409, "name-taken", "The name is taken", e.getMessage())
              .with(List.of(new Violation("body/name", e.getMessage(), null)));
      case RegistryException.IllegalMove e ->
          Problem.of(
              409, "illegal-move", "The connection's state does not allow this", e.getMessage());
      case TooManyKeysException e ->
          Problem.of(409, "too-many-keys", "Too many keys", String.valueOf(e.getMessage()));
      case DefinitionException e -> notApproved(e);
      case TooManyReportersException e ->
          Problem.of(
              429, "too-many-reporters", "Too many reporters", String.valueOf(e.getMessage()));
      case SyncRefusedException e -> syncRefused(e);
      case StoreException e -> storeFailed(e);
      default -> internal(error);
    };
  }

  /** There is no such connection or pool. */
  static Problem unknown(String detail) {
    return Problem.of(404, "not-found", "No such connection or pool", detail);
  }

  private static Problem notApproved(DefinitionException error) {
    String detail =
        error.getMessage() + "; GET /connections/{connectionId}/changes shows what waits";
    Problem problem =
        switch (error) {
          case DefinitionException.NoSuchChange _ ->
              Problem.of(404, "no-such-change", "Nothing to approve", detail);
          case DefinitionException.Outdated _ ->
              Problem.of(409, "definition-changed", "The definition is another by now", detail);
        };
    return problem.with(List.of(new Violation(error.field(), detail, null)));
  }

  private static Problem syncRefused(SyncRefusedException error) {
    return switch (error) {
      case SyncRefusedException.OriginNotListed e ->
          Problem.of(
                  403,
                  "origin-refused",
                  "This site may not be synced with",
                  "The drupalEndpoint " + e.getMessage())
              .with(List.of(new Violation("body/drupalEndpoint", e.getMessage(), null)));
      case SyncRefusedException.KeyUnknown e -> invalid("body/apiKey", e.getMessage());
      case SyncRefusedException.AlreadyRunning e ->
          Problem.of(409, "sync-running", "A sync with this site is running", e.getMessage());
    };
  }

  private static Problem storeFailed(StoreException e) {
    log.error("The store refused a change", e);
    return Problem.of(
        503,
        "store-unavailable",
        "The store can't be written",
        "Nothing was stored; try again, and see the registry's log if it stays so");
  }

  private static Problem internal(Throwable error) {
    log.error("An operation failed unexpectedly", error);
    return Problem.of(500, "internal", "Internal error", "The registry's log tells what happened");
  }

  static Problem gone(String detail) {
    return Problem.of(409, "illegal-move", "The connection's state does not allow this", detail);
  }

  static Problem batchRefused(List<Violation> violations) {
    return Problem.of(
            409,
            "batch-refused",
            "Nothing of the batch was done",
            "All was wanted or nothing, and "
                + violations.size()
                + " of the operations can't be done: mend or leave out those in violations")
        .with(violations);
  }

  static Problem notReady() {
    return Problem.of(
        503,
        "not-ready",
        "The registry is not ready",
        "Its database does not answer; calls go on, changes are refused");
  }

  /** The registry takes no more requests. */
  public static Problem stopping() {
    return Problem.of(
        503, "stopping", "The registry is stopping", "Try again when it has been started again");
  }

  static Problem invalid(List<Violation> violations) {
    String detail =
        violations.stream()
            .map(v -> v.field() + " " + v.message())
            .collect(Collectors.joining("; "));
    return Problem.of(400, "invalid-request", "The request does not match the contract", detail)
        .with(violations);
  }

  static Problem invalid(String field, String message) {
    return invalid(List.of(new Violation(field, message, null)));
  }

  /** A stdio endpoint that the command policy or the sandbox does not permit. */
  static Problem commandRefused(List<CommandRefusal> refusals) {
    return Problem.of(
            403,
            "command-refused",
            "This command may not be started",
            refusals.stream().map(CommandRefusal::toString).collect(Collectors.joining("; ")))
        .with(refusals.stream().map(Problems::violation).toList());
  }

  private static Violation violation(CommandRefusal refusal) {
    return new Violation(
        "body/" + refusal.field(),
        refusal.message(),
        refusal.allowed().isEmpty() ? null : refusal.allowed());
  }

  static Problem mediaType(Collection<String> allowed) {
    return Problem.of(
            415,
            "unsupported-media-type",
            "Unsupported media type",
            "Send the body as " + String.join(" or ", allowed))
        .with(List.of(new Violation("header/content-type", "is not supported", allowed)));
  }

  /** No key, or a wrong one; {@code why} says which. */
  public static Problem unauthorized(String why) {
    return Problem.of(
        401,
        "unauthorized",
        "A valid key is needed",
        why
            + ". Send a key that was made for you, or the one in <data-dir>/admin.key, as"
            + " 'Authorization: Bearer …' or 'X-API-Key: …'");
  }

  /** Nobody can tell now whose credentials they are. */
  public static Problem undecided(String why) {
    return Problem.of(503, "issuer-unavailable", "The token can't be checked now", why);
  }

  /** A key without the permission that it takes. */
  public static Problem forbidden(Permission needed) {
    return Problem.of(
            403,
            "forbidden",
            "The key may not do this",
            needed == Permission.EXEC
                ? "What starts a command on the registry's machine needs a key with the permission"
                    + " 'exec', too"
                : "This needs a key with the permission '" + needed.wire() + "'")
        .with(List.of(new Violation("key/permissions", "lacks what is needed", needed.wire())));
  }

  /** A key that is not for this pool or connection. */
  static Problem outOfScope(String detail) {
    return Problem.of(403, "out-of-scope", "The key is not for this", detail);
  }

  /** A Host or Origin that is not allowed. */
  public static Problem forbiddenHost(String header) {
    return Problem.of(
        403,
        "forbidden-host",
        "The " + header + " header is not allowed",
        "If this address is really the registry's, add its host name to allowed-hosts"
            + " (MCP_REGISTRY_ALLOWED_HOSTS)");
  }

  /** A body that is too long. */
  public static Problem tooLarge(int limit) {
    return Problem.of(
        413, "body-too-large", "The body is too large", "A body may have " + limit + " bytes");
  }

  /** More requests than can be served. */
  public static Problem busy() {
    return Problem.of(
        503, "busy", "The registry is busy", "Too many requests are being served; try again");
  }

  static Problem auditUnavailable() {
    return Problem.of(
        503,
        "audit-unavailable",
        "The audit log can't be written",
        "Nothing was changed: what can't be written down is not done; see the registry's log");
  }

  static Problem notAudited() {
    return Problem.of(
        500,
        "not-audited",
        "The change may not be in the audit log",
        "It was made, but could not be written down in time: look at what is there before you try"
            + " again (a key that nobody was shown has to be deleted), and at the registry's log");
  }

  /** A key that sends more than it may; {@code perSecond} are allowed. */
  public static Problem rateLimited(int perSecond, int seconds) {
    return Problem.of(
        429,
        "rate-limited",
        "Too many requests",
        "This key may send %d requests per second (limits.requests-per-key); try again in %d s"
            .formatted(perSecond, seconds));
  }

  /** An address from which too many wrong keys come; the right one is let in all the same. */
  public static Problem tooManyFailures(int seconds) {
    return Problem.of(
        429,
        "too-many-failures",
        "Too many wrong keys",
        "Too many wrong keys came from this address (limits.failed-logins); try again in "
            + seconds
            + " s, or with the right one at once");
  }

  /** A head that can't be read, or is too long; {@code why} as Netty says it. */
  public static Problem badHead(Throwable why) {
    return switch (why) {
      case TooLongHttpLineException _ ->
          Problem.of(
              414,
              "request-line-too-long",
              "The request line is too long",
              "Method, path and query have as many bytes as limits.max-request-line at most");
      case TooLongHttpHeaderException _ ->
          Problem.of(
              431,
              "head-too-large",
              "The head of the request is too large",
              "Its headers have as many bytes as limits.max-head at most, and are no more than"
                  + " limits.max-headers");
      default ->
          Problem.of(
              400, "malformed-request", "This is no HTTP request", "Send HTTP/1.1 (RFC 9112)");
    };
  }

  /** A body that would have to be decompressed. */
  static Problem contentEncoding() {
    return Problem.of(
            415,
            "unsupported-encoding",
            "Unsupported content encoding",
            "Send the body as it is, without Content-Encoding: nothing is decompressed here")
        .with(
            List.of(
                new Violation("header/content-encoding", "is not supported", List.of("identity"))));
  }

  /** A part of a batch whose turn did not come. */
  static Problem notBegun(String detail) {
    return Problem.of(503, "not-begun", "It was not begun", detail);
  }

  static Problem tooManySubscribers() {
    return Problem.of(
        503,
        "too-many-subscribers",
        "Too many streams are open",
        "Close one, or allow more by events.max-subscribers");
  }

  static Problem upgradeRequired(String detail) {
    return Problem.of(426, "upgrade-required", "This address is a stream", detail);
  }

  /** There is nothing at this path. */
  public static Problem notFound(String path) {
    return Problem.of(
        404,
        "no-such-address",
        "Nothing is here",
        "There is nothing at " + path + "; /docs shows what there is");
  }

  static Problem badPath() {
    return Problem.of(
        400,
        "bad-path",
        "The path is malformed",
        "Paths have no empty, '.' or '..' segments and only valid %-escapes");
  }

  /** There is nothing to be done here with this HTTP method. */
  public static Problem methodNotAllowed(String allowed) {
    return Problem.of(405, "method-not-allowed", "Method not allowed", "Allowed here: " + allowed);
  }
}
