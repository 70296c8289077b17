package io.bluefly.registry.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.bluefly.registry.cli.text.Table;
import io.bluefly.registry.cli.text.Tables;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code list}: all connections, or those that filters leave. */
@Command(name = "list", description = "List connections.")
final class ListCommand implements Callable<Integer> {
  private static final String NONE =
      "No connection matches; ./mcp-registry add --help tells how to register one.\n";

  private final Root root;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description = "Only these: ${COMPLETION-CANDIDATES}.")
  private Words.@Nullable Status status;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Only these: ${COMPLETION-CANDIDATES}.")
  private Words.@Nullable Type type;

  @Option(
      names = "--protocol",
      paramLabel = "PROTOCOL",
      description = "Only these: ${COMPLETION-CANDIDATES}.")
  private Words.@Nullable Protocol protocol;

  @Option(names = "--capability", paramLabel = "NAME", description = "Only who offers this.")
  private @Nullable String capability;

  ListCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    ArrayNode connections = root.connections().list(filters());
    Table table = Tables.connections(connections);
    root.print(connections, table.isEmpty() ? NONE : table.render());
    return 0;
  }

  private Map<String, @Nullable String> filters() {
    Map<String, @Nullable String> filters = new LinkedHashMap<>();
    filters.put("status", text(status));
    filters.put("type", text(type));
    filters.put("protocol", text(protocol));
    filters.put("capability", capability);
    return filters;
  }

  private static @Nullable String text(@Nullable Object word) {
    return word == null ? null : word.toString();
  }
}
