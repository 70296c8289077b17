package io.bluefly.registry.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong, for people and programs (RFC 9457).
 *
 * @param type stable, {@code urn:mcp-registry:problem:…}; docs/errors.md lists them
 * @param title the kind of problem in a few words
 * @param status the HTTP status
 * @param detail what happened here, and the way out
 * @param violations each field that is wrong, empty when the problem is none of the input
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
    String type, String title, int status, String detail, List<Violation> violations) {
  private static final String PREFIX = "urn:mcp-registry:problem:";

  /** Copies the violations. */
  public Problem {
    violations = List.copyOf(violations);
  }

  /**
   * A field that is wrong.
   *
   * @param field where: {@code body/endpoint/command}, {@code query/limit}
   * @param message what is wrong with it
   * @param allowed what is allowed there, when that can be said in short
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Violation(String field, String message, @Nullable Object allowed) {}

  /** A problem of the {@code kind} that ends its type. */
  public static Problem of(int status, String kind, String title, String detail) {
    return new Problem(PREFIX + kind, title, status, detail, List.of());
  }

  /** The word that ends its type. */
  String kind() {
    return type.substring(PREFIX.length());
  }

  /** The same with the fields that are wrong. */
  Problem with(List<Violation> wrong) {
    return new Problem(type, title, status, detail, wrong);
  }
}
