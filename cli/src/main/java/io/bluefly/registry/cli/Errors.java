package io.bluefly.registry.cli;

import io.bluefly.registry.cli.http.CliException;
import io.bluefly.registry.cli.http.Sentence;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Every error is one sentence on the error stream, with a way out. */
final class Errors {
  private Errors() {}

  /** The command line can't be read. */
  static int usage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String help = "; see " + command.getCommandSpec().qualifiedName() + " --help";
    say(command, Sentence.withoutEnd(message(e)) + help);
    return CliException.USAGE;
  }

  private static String message(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched
        && unmatched.getCommandLine().getParent() == null
        && !unmatched.isUnknownOption()) {
      return "There is no command '" + unmatched.getUnmatched().getFirst() + "'";
    }
    return Objects.requireNonNullElse(e.getMessage(), "The command line can't be read");
  }

  /** The command ran and failed. */
  static int failed(Exception e, CommandLine command, ParseResult parsed) {
    return switch (e) {
      case CliException known -> {
        say(command, known.sentence());
        yield known.exitCode();
      }
      default -> {
        say(command, "This is a fault of the command line, please report it: " + e);
        yield CliException.REFUSED;
      }
    };
  }

  private static void say(CommandLine command, String text) {
    command.getErr().println(Sentence.of(text));
  }
}
