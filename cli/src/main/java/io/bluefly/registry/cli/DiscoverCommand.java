package io.bluefly.registry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.cli.http.Json;
import io.bluefly.registry.cli.text.Table;
import io.bluefly.registry.cli.text.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code discover}: who offers all of some capabilities. */
@Command(
    name = "discover",
    description = "Find the active servers that offer all of some capabilities, the best first.")
final class DiscoverCommand implements Callable<Integer> {
  private final Root root;

  @Parameters(paramLabel = "CAPABILITY", arity = "1..*", description = "Names of capabilities.")
  private List<String> capabilities = new ArrayList<>();

  @Option(
      names = "--protocol",
      paramLabel = "PROTOCOL",
      description = "Only these: ${COMPLETION-CANDIDATES}.")
  private Words.@Nullable Protocol protocol;

  @Option(names = "--max", paramLabel = "N", description = "At most so many.")
  private @Nullable Integer max;

  DiscoverCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    JsonNode answer = root.connections().discover(wanted());
    Table table = Tables.discovered(answer.path("connections"));
    root.print(answer, table.isEmpty() ? none() : table.render());
    return 0;
  }

  private ObjectNode wanted() {
    ObjectNode wanted = Json.object();
    capabilities.forEach(wanted.putArray("capabilities")::add);
    if (protocol != null) {
      wanted.putObject("filters").put("protocol", protocol.toString());
    }
    if (max != null) {
      wanted.putObject("loadBalancing").put("maxConnections", max);
    }
    return wanted;
  }

  private String none() {
    return "No active server offers "
        + String.join(" and ", capabilities)
        + "; ./mcp-registry list shows which there are.\n";
  }
}
