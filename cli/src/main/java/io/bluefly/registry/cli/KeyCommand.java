package io.bluefly.registry.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code key}: what is done with API keys, by commands of its own. */
@Command(
    name = "key",
    description = "Make, list and delete API keys.",
    commandListHeading = "%nCommands:%n",
    synopsisSubcommandLabel = "COMMAND")
final class KeyCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  /** With its commands. */
  static CommandLine all(Root root) {
    return new CommandLine(new KeyCommand())
        .addSubcommand(new KeyCreateCommand(root))
        .addSubcommand(new KeyListCommand(root))
        .addSubcommand(new KeyDeleteCommand(root));
  }

  /** Without a command people are shown which there are. */
  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec, "set by picocli").commandLine();
    line.usage(line.getErr());
    return CommandLine.ExitCode.USAGE;
  }
}
