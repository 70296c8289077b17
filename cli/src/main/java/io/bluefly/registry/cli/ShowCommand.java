package io.bluefly.registry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.cli.text.Details;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code show}: one connection in full. */
@Command(name = "show", description = "Show a connection: its health, figures and capabilities.")
final class ShowCommand implements Callable<Integer> {
  private final Root root;

  @Parameters(paramLabel = "NAME", description = "The connection's name or id.")
  private String name = "";

  ShowCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    JsonNode connection = root.connections().details(name);
    root.print(connection, Details.of(connection));
    return 0;
  }
}
