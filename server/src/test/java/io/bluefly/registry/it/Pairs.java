package io.bluefly.registry.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.Options;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A registry with a server of each era over stdio and one over HTTP; those of an era are the two
 * members of the pool that is called like it.
 */
final class Pairs implements AutoCloseable {
  /** More than a page of a server's list. */
  static final int EXTRA_TOOLS = 60;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final RegistryProcess registry;
  private final Map<Era, TestServer> http;
  private final Map<Era, String> httpIds;
  private final Map<Era, String> stdioIds;

  Pairs(Path folder) throws IOException, InterruptedException {
    this.registry = RegistryProcess.start(folder);
    this.http = Map.of(Era.MODERN, serve(Era.MODERN), Era.LEGACY, serve(Era.LEGACY));
    this.stdioIds = Map.of(Era.MODERN, stdio(Era.MODERN), Era.LEGACY, stdio(Era.LEGACY));
    this.httpIds = Map.of(Era.MODERN, registered(Era.MODERN), Era.LEGACY, registered(Era.LEGACY));
    stdioIds.values().forEach(id -> Eventually.healthy(registry, id));
    httpIds.values().forEach(id -> Eventually.healthy(registry, id));
  }

  private static TestServer serve(Era era) {
    return TestServer.start(Options.of(era, Transport.HTTP).withExtraTools(EXTRA_TOOLS));
  }

  private String stdio(Era era) throws IOException, InterruptedException {
    List<String> command =
        TestServer.stdioCommand(era, "--extra-tools", Integer.toString(EXTRA_TOOLS));
    return registry.register(
        """
        {"name": "%s-stdio", "type": "server", "protocol": "stdio", "pool": "%s",
         "endpoint": {"command": %s, "args": %s}}
        """
            .formatted(
                pool(era),
                pool(era),
                JSON.writeValueAsString(command.getFirst()),
                JSON.writeValueAsString(command.subList(1, command.size()))));
  }

  private String registered(Era era) throws IOException, InterruptedException {
    return registry.register(
        """
        {"name": "%s-http", "type": "server", "protocol": "http", "pool": "%s",
         "endpoint": {"url": "%s"}}
        """
            .formatted(pool(era), pool(era), http(era).url()));
  }

  static String pool(Era era) {
    return era.name().toLowerCase(Locale.ROOT);
  }

  RegistryProcess registry() {
    return registry;
  }

  /** The server of that era which is reached by HTTP. */
  TestServer http(Era era) {
    return of(http, era);
  }

  /**
   * Adds a tool to the server of that era which is reached by HTTP, or removes it, and waits until
   * the registry knows: of two changes in quick succession that undo each other a pool hears
   * nothing.
   */
  void toggleTool(Era era) throws IOException, InterruptedException {
    boolean there = knowsDynamicTool(era);
    http(era).toggleTool();
    Eventually.until(() -> knowsDynamicTool(era) != there);
  }

  private boolean knowsDynamicTool(Era era) throws IOException, InterruptedException {
    for (JsonNode capability : registry.connection(of(httpIds, era)).path("capabilities")) {
      if (capability.path("name").asText().equals("test_dynamic_tool")) {
        return true;
      }
    }
    return false;
  }

  /** The path where one talks to the server over stdio, the one over HTTP, or the pool of both. */
  String path(Era era, String way) {
    return switch (way) {
      case "stdio" -> "/connections/" + of(stdioIds, era) + "/mcp";
      case "http" -> "/connections/" + of(httpIds, era) + "/mcp";
      default -> "/pools/" + pool(era) + "/mcp";
    };
  }

  private static <T> T of(Map<Era, T> map, Era era) {
    T found = map.get(era);
    if (found == null) {
      throw new IllegalArgumentException("only one era at a time: " + era);
    }
    return found;
  }

  /** A client of that era at {@code path}, connected, with these features. */
  McpClient client(Era era, String path, String features) throws IOException, InterruptedException {
    String url = registry.url() + path;
    McpClient client =
        era == Era.MODERN
            ? McpClient.modern(url, registry.key())
            : McpClient.legacy(url, registry.key());
    client.connect(features);
    return client;
  }

  @Override
  public void close() {
    registry.close();
    http.values().forEach(TestServer::close);
  }
}
