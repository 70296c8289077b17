package io.bluefly.registry.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The MCP Inspector's command line.
 *
 * @param home a folder for what it wants to keep
 * @param key the API key
 */
public record Inspector(Path home, String key) {
  private static final int SECONDS = 60;
  private static final String SCRIPT =
      "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Runs it once.
   *
   * @param era {@code modern} or {@code legacy}
   * @param transport {@code http} or {@code sse}
   * @return the JSON that it prints
   */
  public JsonNode run(String url, String transport, String era, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Npm.node22(), script(), "--cli", url));
    command.addAll(List.of("--transport", transport, "--protocol-era", era));
    command.addAll(List.of("--header", "Authorization: Bearer " + key, "--format", "json"));
    command.addAll(List.of(options));
    Path out = home.resolve("inspector.out");
    Path errors = home.resolve("inspector.err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(errors.toFile());
    builder.environment().put("HOME", home.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    boolean done = process.waitFor(SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String printed = Files.readString(out);
    if (!done || process.exitValue() != 0) {
      throw new AssertionError("the Inspector failed: " + printed + Files.readString(errors));
    }
    return JSON.readTree(printed);
  }

  private static String script() {
    return Npm.folder().resolve(SCRIPT).toString();
  }
}
