package io.bluefly.registry.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** API keys for people. */
public final class KeyText {
  private KeyText() {}

  /** The keys of a list, one a line. */
  public static Table table(JsonNode keys) {
    Table table = new Table("NAME", "PERMISSIONS", "FOR", "EXPIRES", "LAST USED", "ID");
    for (JsonNode key : keys) {
      table.row(
          key.path("name").asText(),
          words(key.path("permissions")).collect(Collectors.joining(",")),
          scope(key),
          key.path("expiresAt").asText("never"),
          key.path("lastUsedAt").asText("never"),
          key.path("id").asText());
    }
    return table;
  }

  private static String scope(JsonNode key) {
    String all =
        Stream.concat(words(key.path("pools")).map("pool "::concat), words(key.path("connections")))
            .collect(Collectors.joining(", "));
    return all.isEmpty() ? "everything" : all;
  }

  private static Stream<String> words(JsonNode list) {
    return list.valueStream().map(JsonNode::asText);
  }

  /** A key that was just made: the key alone on the last line, for scripts. */
  public static String made(JsonNode key) {
    return Plain.line(key.path("name").asText())
        + " may "
        + words(key.path("permissions")).collect(Collectors.joining(", "))
        + "; for "
        + Plain.line(scope(key))
        + " ("
        + key.path("id").asText()
        + "). Keep the key now, it is not shown again:\n"
        + key.path("key").asText()
        + "\n";
  }
}
