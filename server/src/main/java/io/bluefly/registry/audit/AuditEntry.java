package io.bluefly.registry.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that somebody did, or was refused.
 *
 * @param at when
 * @param principal the id of who it was; null when that is not known
 * @param name the principal's name
 * @param from the address that it came from
 * @param action the operation's id in the contract, or the method of MCP
 * @param target what it was done to: an id, a pool, an address; null for nothing of its own
 * @param outcome see {@link Outcome}
 * @param status the HTTP status of the answer; null where there is none
 * @param reason why it was refused or has failed, in a word
 * @param suppressed refused requests that were left out before this one, since there were too many
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuditEntry(
    Instant at,
    @Nullable String principal,
    @Nullable String name,
    String from,
    String action,
    @Nullable String target,
    Outcome outcome,
    @Nullable Integer status,
    @Nullable String reason,
    @Nullable Long suppressed) {
  private static final int LONGEST = 512;

  /** The action of a request that was refused before it came to an operation. */
  public static final String REQUEST = "request";

  /** Cuts what somebody could make too long. */
  public AuditEntry {
    action = cut(action);
    target = target == null ? null : cut(target);
  }

  /** Whether it is a request that came to nothing: these are many, and kept by themselves. */
  boolean isRefusedRequest() {
    return outcome == Outcome.REFUSED && action.equals(REQUEST);
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }

  /** The same, behind entries that were left out. */
  AuditEntry behind(long leftOut) {
    return new AuditEntry(
        at, principal, name, from, action, target, outcome, status, reason, leftOut);
  }
}
