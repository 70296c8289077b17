package io.bluefly.registry.cli;

import io.bluefly.registry.cli.registration.Pace;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine;

/** The command line as a whole, without the process around it. */
final class Cli {
  private static final int HELP_WIDTH = 100;

  private final Map<String, String> environment;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Pace pace;

  Cli(Map<String, String> environment, PrintWriter out, PrintWriter err, Pace pace) {
    this.environment = Map.copyOf(environment);
    this.out = out;
    this.err = err;
    this.pace = pace;
  }

  /** Runs a command; answers the exit code. */
  int run(String... args) {
    Root root = new Root(environment, out, err);
    return new CommandLine(root)
        .addSubcommand(new AddCommand(root, pace))
        .addSubcommand(new ListCommand(root))
        .addSubcommand(new ShowCommand(root))
        .addSubcommand(new DiscoverCommand(root))
        .addSubcommand(new CallCommand(root))
        .addSubcommand(new RemoveCommand(root))
        .addSubcommand(new PoolsCommand(root))
        .addSubcommand(new PoolCommand(root))
        .addSubcommand(KeyCommand.all(root))
        .setOut(out)
        .setErr(err)
        .setExpandAtFiles(false)
        .registerConverter(Words.Status.class, Words.oneOf(Words.Status.class))
        .registerConverter(Words.Type.class, Words.oneOf(Words.Type.class))
        .registerConverter(Words.Protocol.class, Words.oneOf(Words.Protocol.class))
        .registerConverter(Words.Strategy.class, Words.oneOf(Words.Strategy.class))
        .registerConverter(Words.StickyBy.class, Words.oneOf(Words.StickyBy.class))
        .setUsageHelpWidth(HELP_WIDTH)
        .setParameterExceptionHandler(Errors::usage)
        .setExecutionExceptionHandler(Errors::failed)
        .execute(args);
  }
}
