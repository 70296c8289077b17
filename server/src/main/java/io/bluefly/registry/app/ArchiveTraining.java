package io.bluefly.registry.app;

import io.bluefly.registry.config.ConfigReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;

/**
 * Starts and stops the service once while the JVM records the classes that a start needs; packaging
 * runs it, the archive makes later starts faster.
 */
final class ArchiveTraining {
  private ArchiveTraining() {}

  /** The argument is a folder for the data. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Logging.configure();
    Main.commandLine().parseArgs("--port", "0", "--data-dir", args[0]);
    RegistrySettings settings =
        ConfigReader.read(
            RegistrySettings.class,
            Map.of("mcp-registry.port", "0", "mcp-registry.data-dir", Path.of(args[0]).toString()),
            Map.of(),
            null);
    try (RegistryServer server =
        RegistryServer.start(settings, Map.of(), Startup.async(Startup::readContract))) {
      try (HttpClient client = HttpClient.newHttpClient()) {
        for (String path : new String[] {"/health", "/connections", "/openapi"}) {
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
        }
      }
    }
  }
}
