package io.bluefly.registry.it;

import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import java.util.List;
import java.util.stream.Collectors;

/** Registers the testkit's server. */
final class TestServers {
  private TestServers() {}

  /** Registers a child process in a pool of its own name; returns its id once it is healthy. */
  static String stdio(RegistryProcess registry, String name, Era era) throws Exception {
    return healthy(registry, stdioRegistration(name, era));
  }

  /** The registration of a child process. */
  static String stdioRegistration(String name, Era era) {
    List<String> command = TestServer.stdioCommand(era);
    String args =
        command.stream()
            .skip(1)
            .map(arg -> "\"" + arg + "\"")
            .collect(Collectors.joining(",", "[", "]"));
    return """
    {"name": "%s", "type": "server", "protocol": "stdio",
     "endpoint": {"command": "%s", "args": %s}}
    """
        .formatted(name, command.getFirst(), args);
  }

  /** Registers a server that listens; returns its id once it is healthy. */
  static String network(RegistryProcess registry, String name, TestServer server) throws Exception {
    String url = server.url().toString();
    return healthy(
        registry,
        """
        {"name": "%s", "type": "server", "protocol": "%s", "endpoint": {"url": "%s"}}
        """
            .formatted(name, url.startsWith("ws") ? "websocket" : "http", url));
  }

  private static String healthy(RegistryProcess registry, String registration) throws Exception {
    String id = registry.register(registration);
    Eventually.healthy(registry, id);
    return id;
  }
}
