package io.bluefly.registry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.cli.text.KeyText;
import io.bluefly.registry.cli.text.Table;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code key list}: all keys, without the keys themselves. */
@Command(name = "list", description = "List API keys; the keys themselves are not kept.")
final class KeyListCommand implements Callable<Integer> {
  private static final String NONE =
      "There is only the key in admin.key; ./mcp-registry key create --help tells how to make"
          + " others.\n";

  private final Root root;

  KeyListCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    JsonNode keys = root.keys().list();
    Table table = KeyText.table(keys);
    root.print(keys, table.isEmpty() ? NONE : table.render());
    return 0;
  }
}
