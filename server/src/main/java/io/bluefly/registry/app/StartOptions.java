package io.bluefly.registry.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.jspecify.annotations.Nullable;

/**
 * The options of {@code ./mcp-registry start}.
 *
 * @param help whether only help is asked for
 * @param version whether only the version is asked for
 * @param settings full names ({@code mcp-registry.port}) and values of the settings that were given
 * @param file the settings file, or null for none
 */
record StartOptions(
    boolean help, boolean version, Map<String, String> settings, @Nullable Path file) {
  static final String HELP =
      """
      Usage: ./mcp-registry start [options]
      Starts the registry. Every setting is described in registry.yaml.
        --config=FILE      settings file (default ./registry.yaml, if there)
        --data-dir=FOLDER  folder of database and key (default ./data)
        --host=ADDRESS     address to listen on (default 127.0.0.1)
        --port=PORT        port to listen on (default 3000; 0: any free one)
        -h, --help         show this help and exit
        -V, --version      show the version and exit\
      """;

  private static final Path DEFAULT_FILE = Path.of("registry.yaml");
  private static final Set<String> SETTINGS = Set.of("port", "host", "data-dir");

  /**
   * Reads the arguments, with or without a {@code start} before them.
   *
   * @throws ParseException when they are wrong; its message is one sentence
   */
  static StartOptions parse(String... args) throws ParseException {
    CommandLine line =
        DefaultParser.builder()
            .setAllowPartialMatching(false)
            .setStripLeadingAndTrailingQuotes(false)
            .get()
            .parse(options(), args);
    List<String> rest = line.getArgList();
    int known = args.length > 0 && args[0].equals("start") ? 1 : 0;
    if (rest.size() > known) {
      throw new ParseException("Unknown argument: '" + rest.get(known) + "'");
    }
    Map<String, String> settings = new HashMap<>();
    for (Option option : line.getOptions()) {
      if (line.getOptionValues(option) != null && line.getOptionValues(option).length > 1) {
        throw new ParseException("--" + option.getLongOpt() + " is given more than once");
      }
      if (option.hasArg() && option.getValue().isEmpty()) {
        throw new ParseException("--" + option.getLongOpt() + " needs a value");
      }
      if (SETTINGS.contains(option.getLongOpt())) {
        settings.put("mcp-registry." + option.getLongOpt(), option.getValue());
      }
    }
    return new StartOptions(
        line.hasOption("help"), line.hasOption("version"), settings, file(line));
  }

  private static Options options() {
    return new Options()
        .addOption("h", "help", false, null)
        .addOption("V", "version", false, null)
        .addOption(valued("config"))
        .addOption(valued("data-dir"))
        .addOption(valued("host"))
        .addOption(valued("port"));
  }

  private static Option valued(String name) {
    return Option.builder().longOpt(name).hasArg().get();
  }

  private static @Nullable Path file(CommandLine line) {
    String given = line.getOptionValue("config");
    if (given != null) {
      return Path.of(given);
    }
    return Files.exists(DEFAULT_FILE) ? DEFAULT_FILE : null;
  }
}
