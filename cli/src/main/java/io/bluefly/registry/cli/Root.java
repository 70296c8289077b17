package io.bluefly.registry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.cli.http.Connections;
import io.bluefly.registry.cli.http.Json;
import io.bluefly.registry.cli.http.Key;
import io.bluefly.registry.cli.http.Keys;
import io.bluefly.registry.cli.http.Pools;
import io.bluefly.registry.cli.http.RegistryAddress;
import io.bluefly.registry.cli.http.RegistryClient;
import io.bluefly.registry.cli.http.Trust;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** What all commands share: where the registry is, and how answers are printed. */
@Command(
    name = "./mcp-registry",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = Root.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    description = "Finds, supervises and balances MCP servers.",
    parameterListHeading = "%n",
    optionListHeading = "%n",
    commandListHeading =
        "%nCommands:%n  start     Start the registry (./mcp-registry start --help tells more).%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:the registry or the server said no", "2:wrong usage"})
final class Root implements Callable<Integer> {
  private final Map<String, String> environment;
  private final PrintWriter out;
  private final PrintWriter err;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print the answer as JSON, for scripts.")
  private boolean json;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "Where the registry is (MCP_REGISTRY_URL; default http://127.0.0.1:3000).")
  private @Nullable String registry;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "Whose certificates an https registry may show, as PEM (MCP_REGISTRY_CA; default: those"
              + " that Java trusts, and MCP_REGISTRY_TLS_CERTIFICATE for the registry here).")
  private @Nullable Path ca;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      scope = ScopeType.INHERIT,
      description = "The key (MCP_REGISTRY_KEY; default: admin.key in the data directory).")
  private @Nullable String key;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "The registry's data directory (MCP_REGISTRY_DATA_DIR; default ./data).")
  private @Nullable Path dataDir;

  Root(Map<String, String> environment, PrintWriter out, PrintWriter err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /** Without a command people are shown which there are. */
  @Override
  public Integer call() {
    Objects.requireNonNull(spec, "set by picocli").commandLine().usage(err);
    return CommandLine.ExitCode.USAGE;
  }

  RegistryClient client() {
    return new RegistryClient(
        RegistryAddress.of(registry, environment),
        Key.find(key, dataDir, environment),
        Trust.of(ca, registry, environment));
  }

  Connections connections() {
    return new Connections(client());
  }

  Keys keys() {
    return new Keys(client());
  }

  Pools pools() {
    return new Pools(client());
  }

  /** Prints an answer: {@code text}, whole lines, or the JSON that it was made from. */
  void print(JsonNode answer, String text) {
    out.print(json ? Json.compact(answer) + "\n" : text);
  }

  /** Prints what a tool said when it failed; with JSON it is in the answer. */
  void printFailed(JsonNode answer, String text) {
    if (json) {
      print(answer, text);
    } else {
      err.print(text);
    }
  }

  boolean isJson() {
    return json;
  }

  /** The version of the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    private static final String WITHOUT_JAR = "0.2.0";

    static String current() {
      return Objects.requireNonNullElse(
          Root.class.getPackage().getImplementationVersion(), WITHOUT_JAR);
    }

    @Override
    public String[] getVersion() {
      return new String[] {"MCP Registry " + current()};
    }
  }
}
