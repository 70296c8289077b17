package io.bluefly.registry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.cli.http.CliException;
import io.bluefly.registry.cli.http.Connections;
import io.bluefly.registry.cli.http.RegistryClient;
import io.bluefly.registry.cli.http.Sentence;
import io.bluefly.registry.cli.text.ContentText;
import io.bluefly.registry.cli.tool.Arguments;
import io.bluefly.registry.cli.tool.Outcome;
import io.bluefly.registry.cli.tool.Tool;
import io.bluefly.registry.cli.tool.ToolCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code call}: calls a tool through the registry. */
@Command(name = "call", description = "Call a tool of a server and print what it answers.")
final class CallCommand implements Callable<Integer> {
  private final Root root;

  @Parameters(index = "0", paramLabel = "NAME", description = "The connection's name or id.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "TOOL", description = "The tool's name.")
  private String toolName = "";

  @Option(
      names = "--arg",
      paramLabel = "name=value",
      description = "An argument, read as the tool's schema says (a list or object as JSON).")
  private List<String> named = new ArrayList<>();

  @Option(names = "--args", paramLabel = "JSON", description = "All arguments as a JSON object.")
  private @Nullable String json;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description = "How long to wait for the answer (default: ${DEFAULT-VALUE}).")
  private int timeout;

  CallCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    RegistryClient client = root.client();
    JsonNode connection = new Connections(client).details(name);
    Tool tool = Tool.of(connection, toolName);
    ObjectNode arguments = Arguments.of(json, KeyValues.of("--arg", named), tool.schema());
    Outcome outcome =
        new ToolCall(client, Root.Version.current())
            .call(connection.path("id").asText(), tool, arguments, Duration.ofSeconds(timeout));
    return switch (outcome) {
      case Outcome.Result result -> printed(result);
      case Outcome.Refusal refusal -> throw refused(refusal);
    };
  }

  private int printed(Outcome.Result result) {
    if (!result.isComplete()) {
      throw CliException.refused(
          "%s of %s wants more from its client (%s), which the command line can't give"
              .formatted(toolName, name, result.json().path("resultType").asText()));
    }
    String text = ContentText.of(result.json());
    if (result.isError()) {
      root.printFailed(result.json(), text);
      return CliException.REFUSED;
    }
    root.print(result.json(), text);
    return 0;
  }

  private CliException refused(Outcome.Refusal refusal) {
    return CliException.refused(
        "%s of %s failed: %s (code %d); ./mcp-registry show %s tells what it offers"
            .formatted(
                toolName, name, Sentence.withoutEnd(refusal.message()), refusal.code(), name));
  }
}
