package io.bluefly.registry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.cli.http.Sentence;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rm}: disconnects. */
@Command(
    name = "rm",
    description = "Disconnect a server; calls in flight may end before its process does.")
final class RemoveCommand implements Callable<Integer> {
  private final Root root;

  @Parameters(paramLabel = "NAME", description = "The connection's name or id.")
  private String name = "";

  @Option(names = "--force", description = "Do not wait for calls in flight.")
  private boolean force;

  RemoveCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    JsonNode answer = root.connections().disconnect(name, force);
    root.print(answer, Sentence.of(name + ": " + answer.path("message").asText()) + "\n");
    return 0;
  }
}
