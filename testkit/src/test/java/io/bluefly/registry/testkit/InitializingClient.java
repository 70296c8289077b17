package io.bluefly.registry.testkit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** A client that does the least a legacy client can do: driven by the suite in a test. */
final class InitializingClient {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private InitializingClient() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    if (!System.getenv("MCP_CONFORMANCE_SCENARIO").equals(System.getenv("EXPECTED_SCENARIO"))) {
      System.exit(3);
    }
    URI url = URI.create(args[args.length - 1]);
    post(
        url,
        """
        {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",\
        "capabilities":{},"clientInfo":{"name":"least","version":"1"}}}\
        """);
    post(url, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
  }

  private static void post(URI url, String body) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      client.send(
          HttpRequest.newBuilder(url)
              .timeout(PATIENCE)
              .header("Content-Type", "application/json")
              .header("Accept", "application/json, text/event-stream")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.discarding());
    }
  }
}
