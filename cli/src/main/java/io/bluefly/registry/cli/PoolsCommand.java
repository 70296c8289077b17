package io.bluefly.registry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.cli.text.PoolText;
import io.bluefly.registry.cli.text.Table;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pools}: all pools. */
@Command(name = "pools", description = "List pools: servers that may stand in for each other.")
final class PoolsCommand implements Callable<Integer> {
  private static final String NONE =
      "There is no pool; ./mcp-registry add --help tells how to register a server.\n";

  private final Root root;

  PoolsCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    JsonNode pools = root.pools().list();
    Table table = PoolText.table(pools);
    root.print(pools, table.isEmpty() ? NONE : table.render());
    return 0;
  }
}
