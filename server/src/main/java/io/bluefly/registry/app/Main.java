package io.bluefly.registry.app;

import io.bluefly.registry.api.Contract;
import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.config.ConfigReader;
import io.bluefly.registry.config.Version;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import org.apache.commons.cli.ParseException;

/**
 * {@code ./mcp-registry start}: reads the settings, starts the service, and stops it on SIGTERM.
 */
public final class Main {
  private static final int WRONG_SETTING = 1;
  private static final int WRONG_OPTION = 2;

  private Main() {}

  /** Starts with the given options. Exits with 2 for a wrong option, 1 for a wrong setting. */
  public static void main(String[] args) {
    Logging.configure();
    try {
      StartOptions options = StartOptions.parse(args);
      if (options.help()) {
        System.out.println(StartOptions.HELP);
      } else if (options.version()) {
        System.out.println("MCP Registry " + Version.CURRENT);
      } else {
        start(options);
      }
    } catch (ParseException e) {
      System.err.println(e.getMessage() + "; see ./mcp-registry start --help");
      System.exit(WRONG_OPTION);
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      System.exit(WRONG_SETTING);
    } catch (RuntimeException e) {
      System.err.println("The registry can't start, by a defect of its own: " + e);
      System.exit(WRONG_SETTING);
    }
  }

  private static void start(StartOptions options) {
    // It needs no settings.
    CompletableFuture<Contract> contract = Startup.async(Contract::read);
    RegistrySettings settings =
        ConfigReader.read(
            RegistrySettings.class, options.settings(), System.getenv(), options.file());
    boolean newKey = !Files.exists(Startup.keyFile(settings));
    RegistryServer server =
        RegistryServer.start(settings, System.getenv(), options.file(), contract);
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
    announce(settings, server.port(), newKey);
  }

  private static void announce(RegistrySettings settings, int port, boolean newKey) {
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    String scheme = settings.tls().certificate().isPresent() ? "https://" : "http://";
    String address = scheme + host + ":" + port;
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
}
