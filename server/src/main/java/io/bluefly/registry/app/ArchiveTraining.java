package io.bluefly.registry.app;

import io.bluefly.registry.api.Contract;
import io.bluefly.registry.config.ConfigReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.cli.ParseException;

/**
 * Starts and stops the service once while the JVM records the classes that a start needs; packaging
 * runs it, the archive makes later starts faster.
 */
final class ArchiveTraining {
  /** One is enough to have the classes that read a file. */
  private static final String SETTINGS = "mcp-registry:\n  host: 127.0.0.1\n";

  private ArchiveTraining() {}

  /** The argument is a folder for the data, and for a settings file that is not the user's. */
  public static void main(String[] args) throws IOException, InterruptedException, ParseException {
    Logging.configure();
    Path folder = Files.createDirectories(Path.of(args[0]));
    Path file = Files.writeString(folder.resolve("registry.yaml"), SETTINGS);
    StartOptions options =
        StartOptions.parse("start", "--port=0", "--data-dir=" + folder, "--config=" + file);
    RegistrySettings settings =
        ConfigReader.read(RegistrySettings.class, options.settings(), Map.of(), options.file());
    try (RegistryServer server =
        RegistryServer.start(settings, Map.of(), options.file(), Startup.async(Contract::read))) {
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
