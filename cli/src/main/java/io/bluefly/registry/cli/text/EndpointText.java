package io.bluefly.registry.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** An endpoint as one would type it; secrets come masked from the registry. */
final class EndpointText {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./$?{}*-]+");

  private EndpointText() {}

  /** The text for {@code endpoint}; nothing for a connection without. */
  static String of(JsonNode endpoint) {
    return endpoint.has("command") ? command(endpoint) : url(endpoint);
  }

  private static String command(JsonNode endpoint) {
    List<String> words = new ArrayList<>();
    endpoint
        .path("env")
        .properties()
        .forEach(e -> words.add(e.getKey() + "=" + quoted(e.getValue().asText())));
    words.add(quoted(endpoint.path("command").asText()));
    endpoint.path("args").forEach(word -> words.add(quoted(word.asText())));
    String cwd = endpoint.path("cwd").asText();
    return String.join(" ", words) + (cwd.isEmpty() ? "" : "  (in " + cwd + ")");
  }

  private static String url(JsonNode endpoint) {
    List<String> words = new ArrayList<>();
    words.add(endpoint.path("url").asText());
    endpoint
        .path("headers")
        .properties()
        .forEach(e -> words.add("(" + e.getKey() + ": " + e.getValue().asText() + ")"));
    JsonNode auth = endpoint.path("auth");
    if (auth.isObject()) {
      words.add(
          "(tokens of "
              + auth.path("tokenUrl").asText()
              + " for "
              + auth.path("clientId").asText()
              + ")");
    }
    return String.join(" ", words);
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
