package io.bluefly.registry.app;

import io.bluefly.registry.api.Contract;
import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.config.ConfigReader;
import io.bluefly.registry.config.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ./mcp-registry start}: reads the settings, starts the service, and stops it on SIGTERM.
 */
@Command(
    name = "./mcp-registry start",
    mixinStandardHelpOptions = true,
    versionProvider = Main.VersionProvider.class,
    description = "Starts the registry. Every setting is described in registry.yaml.")
public final class Main implements Callable<Integer> {
  private static final Path DEFAULT_FILE = Path.of("registry.yaml");
  private static final String SETTING = "mcp-registry.";

  @Option(names = "--port", description = "port to listen on (default 3000; 0: any free one)")
  private @Nullable String port;

  @Option(names = "--host", description = "address to listen on (default 127.0.0.1)")
  private @Nullable String host;

  @Option(names = "--data-dir", description = "folder of database and key (default ./data)")
  private @Nullable String dataDir;

  @Option(names = "--config", description = "settings file (default ./registry.yaml, if there)")
  private @Nullable Path config;

  private Main() {}

  /** Starts with the given options. Exits with 2 for a wrong option, 1 for a wrong setting. */
  public static void main(String[] args) {
    Logging.configure();
    CommandLine command = commandLine();
    String[] options = args.length > 0 && args[0].equals("start") ? withoutFirst(args) : args;
    int code = command.execute(options);
    if (code != 0 || command.isUsageHelpRequested() || command.isVersionHelpRequested()) {
      System.exit(code);
    }
  }

  /** The command, and how it says that it is called wrongly. */
  static CommandLine commandLine() {
    CommandLine command = new CommandLine(new Main());
    command.setParameterExceptionHandler((e, _) -> {
      System.err.println(oneSentence(e.getMessage()) + "; see ./mcp-registry start --help");
      return 2;
    });
    return command;
  }

  private static String[] withoutFirst(String[] args) {
    return java.util.Arrays.copyOfRange(args, 1, args.length);
  }

  private static String oneSentence(@Nullable String message) {
    return String.valueOf(message).lines().findFirst().orElse("wrong options");
  }

  @Override
  public Integer call() {
    // Reading the contract takes longest and needs no settings.
    CompletableFuture<Contract> contract = Startup.async(Startup::readContract);
    try {
      RegistrySettings settings =
          ConfigReader.read(RegistrySettings.class, options(), System.getenv(), file());
      boolean newKey = !Files.exists(Startup.keyFile(settings));
      RegistryServer server = RegistryServer.start(settings, System.getenv(), contract);
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
      announce(settings, server.port(), newKey);
      return 0;
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      return 1;
    } catch (RuntimeException e) {
      System.err.println("The registry can't start, by a defect of its own: " + e);
      return 1;
    }
  }

  private Map<String, String> options() {
    Map<String, String> given = new HashMap<>();
    put(given, "port", port);
    put(given, "host", host);
    put(given, "data-dir", dataDir);
    return given;
  }

  private static void put(Map<String, String> given, String name, @Nullable String value) {
    if (value != null) {
      given.put(SETTING + name, value);
    }
  }

  private @Nullable Path file() {
    if (config != null) {
      return config;
    }
    return Files.exists(DEFAULT_FILE) ? DEFAULT_FILE : null;
  }

  private static void announce(RegistrySettings settings, int port, boolean newKey) {
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    String address = "http://" + host + ":" + port;
    System.out.println("MCP Registry " + Version.CURRENT);
    System.out.println("Listening on " + address);
    System.out.println("API and documentation at " + address + "/docs");
    if (settings.security().auth()) {
      System.out.println(
          (newKey ? "A new admin key was written to " : "The admin key is in ")
              + Startup.keyFile(settings));
    } else {
      System.out.println("Authentication is off: whoever reaches this address may do everything");
    }
  }

  /** The version of the jar. */
  static final class VersionProvider implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"MCP Registry " + Version.CURRENT};
    }
  }
}
