package io.bluefly.registry.api;

/** Ends an operation with a problem. */
public class ProblemException extends RuntimeException {
  private final transient Problem problem;

  /** Ends with {@code problem}. */
  public ProblemException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  /** The problem. */
  public final Problem problem() {
    return problem;
  }
}
