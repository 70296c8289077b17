package io.bluefly.registry.cli.registration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.cli.http.CliException;
import io.bluefly.registry.cli.http.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a server is reached. */
public sealed interface Endpoint {
  /** The registry's word for it: stdio, http or websocket. */
  String protocol();

  /** As the registry takes it. */
  ObjectNode json();

  /** A child process; {@code cwd} is absolute. */
  record Command(List<String> words, Map<String, String> env, @Nullable String cwd)
      implements Endpoint {
    /** Copies; there is at least one word. */
    public Command {
      words = List.copyOf(words);
    }

    @Override
    public String protocol() {
      return "stdio";
    }

    @Override
    public ObjectNode json() {
      ObjectNode json = Json.object().put("command", words.getFirst());
      words.stream().skip(1).forEach(json.putArray("args")::add);
      env.forEach(json.putObject("env")::put);
      if (cwd != null) {
        json.put("cwd", cwd);
      }
      return json;
    }
  }

  /** An address. */
  record Remote(String protocol, String url, Map<String, String> headers) implements Endpoint {
    /** The protocol follows from {@code url}, which must have one that the registry speaks. */
    public static Remote of(String url, Map<String, String> headers) {
      String scheme = url.replaceFirst("://.*", "").toLowerCase(Locale.ROOT);
      String protocol =
          switch (scheme) {
            case "http", "https" -> "http";
            case "ws", "wss" -> "websocket";
            default ->
                throw CliException.usage(
                    "--url must begin with http://, https://, ws:// or wss://, not '" + url + "'");
          };
      return new Remote(protocol, url, headers);
    }

    @Override
    public ObjectNode json() {
      ObjectNode json = Json.object().put("url", url);
      headers.forEach(json.putObject("headers")::put);
      return json;
    }
  }
}
