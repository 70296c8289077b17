package io.bluefly.registry.cli.http;

/** A command can't do what it was asked: one sentence for people, and the exit code. */
public final class CliException extends RuntimeException {
  /** The registry or the server said no, or can't be reached. */
  public static final int REFUSED = 1;

  /** The command line is wrong. */
  public static final int USAGE = 2;

  private final int exitCode;
  private final String sentence;

  private CliException(int exitCode, String sentence) {
    super(sentence, null, false, false);
    this.exitCode = exitCode;
    this.sentence = Sentence.of(sentence);
  }

  /** The registry or the server said no: exit code 1. */
  public static CliException refused(String sentence) {
    return new CliException(REFUSED, sentence);
  }

  /** The command line is wrong: exit code 2. */
  public static CliException usage(String sentence) {
    return new CliException(USAGE, sentence);
  }

  /** What people are told: one line. */
  public String sentence() {
    return sentence;
  }

  /** What the process exits with. */
  public int exitCode() {
    return exitCode;
  }
}
