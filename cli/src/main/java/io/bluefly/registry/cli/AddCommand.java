package io.bluefly.registry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.cli.http.CliException;
import io.bluefly.registry.cli.http.Connections;
import io.bluefly.registry.cli.http.Sentence;
import io.bluefly.registry.cli.registration.Endpoint;
import io.bluefly.registry.cli.registration.HealthWait;
import io.bluefly.registry.cli.registration.Pace;
import io.bluefly.registry.cli.registration.Registration;
import io.bluefly.registry.cli.text.Tables;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code add}: registers a server and waits until it is known how it is. */
@Command(
    name = "add",
    customSynopsis = {
      "./mcp-registry add NAME [OPTIONS] -- COMMAND [ARGUMENT...]",
      "       ./mcp-registry add NAME [OPTIONS] --url URL"
    },
    description =
        "Register a server that the registry starts (after --), or one that it reaches at a URL.")
final class AddCommand implements Callable<Integer> {
  private final Root root;
  private final Pace pace;

  @Parameters(index = "0", paramLabel = "NAME", description = "What the connection is called.")
  private String name = "";

  @Parameters(
      index = "1..*",
      paramLabel = "COMMAND",
      arity = "0..*",
      description = "The command that is an MCP server on stdio, and its arguments.")
  private List<String> command = new ArrayList<>();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The server's address: http:// or https://, ws:// or wss://.")
  private @Nullable String url;

  @Option(names = "--header", paramLabel = "K=V", description = "A header to send to the URL.")
  private List<String> headers = new ArrayList<>();

  @Option(names = "--env", paramLabel = "K=V", description = "A variable for the command.")
  private List<String> env = new ArrayList<>();

  @Option(names = "--cwd", paramLabel = "DIR", description = "Where the command is started.")
  private @Nullable Path cwd;

  @Option(
      names = "--pool",
      paramLabel = "POOL",
      description = "Connections of one pool may stand in for each other (default: NAME).")
  private @Nullable String pool;

  @Option(
      names = "--capability",
      paramLabel = "C",
      description = "Offer only this; may be repeated (default: all that the server has).")
  private List<String> capabilities = new ArrayList<>();

  @Option(names = "--capacity", paramLabel = "N", description = "Calls at once (default: 20).")
  private @Nullable Integer capacity;

  @Option(names = "--no-wait", description = "Do not wait until the server's health is known.")
  private boolean noWait;

  AddCommand(Root root, Pace pace) {
    this.root = root;
    this.pace = pace;
  }

  @Override
  public Integer call() {
    Registration registration = new Registration(name, endpoint(), pool, capacity, capabilities);
    Connections connections = root.connections();
    JsonNode registered = connections.register(registration.json());
    String id = registered.path("id").asText();
    if (noWait) {
      root.print(registered, Sentence.of(name + " is registered: " + id) + "\n");
      return 0;
    }
    return report(new HealthWait(() -> connections.details(id), pace).await());
  }

  private Endpoint endpoint() {
    if (url != null) {
      if (!command.isEmpty()) {
        throw wrong("give a command or --url, not both");
      }
      if (!env.isEmpty() || cwd != null) {
        throw wrong("--env and --cwd belong to a command, not to --url");
      }
      return Endpoint.Remote.of(url, KeyValues.of("--header", headers));
    }
    if (command.isEmpty()) {
      throw wrong("give the server's command after --, or its address with --url");
    }
    if (!headers.isEmpty()) {
      throw wrong("--header belongs to --url, not to a command");
    }
    String folder = cwd == null ? null : cwd.toAbsolutePath().normalize().toString();
    return new Endpoint.Command(command, KeyValues.of("--env", env), folder);
  }

  private static CliException wrong(String what) {
    return CliException.usage("Wrong usage: " + what + "; see ./mcp-registry add --help");
  }

  private int report(JsonNode connection) {
    if (HealthWait.isHealthy(connection)) {
      root.print(connection, healthy(connection));
      return 0;
    }
    if (root.isJson()) {
      root.print(connection, "");
    }
    throw CliException.refused(unwell(connection));
  }

  private String healthy(JsonNode connection) {
    return "%s is healthy: %s (%s)\n"
        .formatted(name, Tables.capabilityCounts(connection), connection.path("id").asText());
  }

  private String unwell(JsonNode connection) {
    String message = connection.path("health").path("message").asText("");
    String health = HealthWait.health(connection);
    return "%s is %s%s; it stays registered as %s, and ./mcp-registry show %s tells more"
        .formatted(
            name,
            health.equals("initializing") ? "still initializing" : health,
            message.isEmpty() ? "" : ": " + Sentence.withoutEnd(message),
            connection.path("id").asText(),
            name);
  }
}
