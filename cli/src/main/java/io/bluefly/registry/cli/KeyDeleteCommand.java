package io.bluefly.registry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.cli.http.Sentence;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code key delete}: a key opens nothing from now on. */
@Command(name = "delete", description = "Delete an API key; what it has begun ends.")
final class KeyDeleteCommand implements Callable<Integer> {
  private final Root root;

  @Parameters(paramLabel = "ID", description = "The key's id, as key list shows it.")
  private String id = "";

  KeyDeleteCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    JsonNode answer = root.keys().delete(id);
    String what = answer.path("name").asText() + ": " + answer.path("message").asText();
    root.print(answer, Sentence.of(what) + "\n");
    return 0;
  }
}
