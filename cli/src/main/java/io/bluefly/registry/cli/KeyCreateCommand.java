package io.bluefly.registry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.cli.http.Json;
import io.bluefly.registry.cli.text.KeyText;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code key create}: makes a key and prints it, this once. */
@Command(name = "create", description = "Make an API key; it is printed this once.")
final class KeyCreateCommand implements Callable<Integer> {
  private final Root root;

  @Parameters(paramLabel = "NAME", description = "Whose or what for, for people.")
  private String name = "";

  @Option(
      names = "--permissions",
      paramLabel = "A,B",
      split = ",",
      required = true,
      description =
          "What it may do: read, call, write, exec (beside write: what starts a command), admin.")
  private List<String> permissions = List.of();

  @Option(
      names = "--pool",
      paramLabel = "POOL",
      description = "Only for this pool; may be given several times.")
  private List<String> pools = List.of();

  @Option(
      names = "--connection",
      paramLabel = "NAME",
      description = "Only for this connection, by name or id; may be given several times.")
  private List<String> connections = List.of();

  @Option(
      names = "--expires-in",
      paramLabel = "TIME",
      description = "How long it is good, such as 12h or 90d; for ever without it.")
  private @Nullable String expiresIn;

  KeyCreateCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    JsonNode made = root.keys().create(wanted());
    root.print(made, KeyText.made(made));
    return 0;
  }

  private ObjectNode wanted() {
    ObjectNode wanted = Json.object().put("name", name);
    add(wanted.putArray("permissions"), permissions);
    if (!pools.isEmpty()) {
      add(wanted.putArray("pools"), pools);
    }
    if (!connections.isEmpty()) {
      add(
          wanted.putArray("connections"),
          connections.stream().map(root.connections()::id).toList());
    }
    if (expiresIn != null) {
      long millis = Durations.millis("--expires-in", expiresIn);
      wanted.put("expiresAt", Instant.now().plusMillis(millis).toString());
    }
    return wanted;
  }

  private static void add(ArrayNode list, List<String> words) {
    words.forEach(word -> list.add(word.strip()));
  }
}
