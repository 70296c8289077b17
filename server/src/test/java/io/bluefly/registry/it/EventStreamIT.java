package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.testkit.Lines;
import io.bluefly.registry.testkit.RegistryProcess;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stream as Server-Sent Events at {@code /registry/events}. */
class EventStreamIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration DEADLINE = Duration.ofSeconds(15);

  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder, Map.of("MCP_REGISTRY_EVENTS_HEARTBEAT", "1s"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  /** A client that reads line by line. */
  private static final class Reader implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final HttpResponse<InputStream> response;
    private final Lines lines;

    Reader(String query, String... headers) throws Exception {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(registry.url() + "/registry/events" + query))
              .header("Authorization", "Bearer " + registry.key());
      if (headers.length > 0) {
        request.headers(headers);
      }
      response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      lines = new Lines(response.body());
    }

    /** The next message of a type, and that the line before it has its id. */
    JsonNode next(String type) throws Exception {
      String id = "";
      while (true) {
        String line = lines.next(DEADLINE);
        if (line.startsWith("id: ")) {
          id = line.substring("id: ".length());
        } else if (line.startsWith("data: ")) {
          JsonNode message = JSON.readTree(line.substring("data: ".length()));
          if (message.get("type").asText().equals(type)) {
            assertThat(message.path("id").asText(id)).isEqualTo(id);
            return message;
          }
        }
      }
    }

    @Override
    public void close() {
      http.shutdownNow();
    }
  }

  private static String client(String name) throws Exception {
    return registry.register(
        "{\"name\":\"" + name + "\",\"type\":\"client\",\"protocol\":\"http\"}");
  }

  @Test
  void eventsComeWithIdsAndAClientThatComesBackGoesOnWhereItWas() throws Exception {
    String id = client("comes-back");
    String query = "?events=connection-status,connection-updated&connections=" + id;
    JsonNode last;
    try (Reader reader = new Reader(query)) {
      assertThat(reader.response.headers().firstValue("content-type"))
          .hasValue("text/event-stream");
      reader.next("subscribed");
      registry.send("PATCH", "/connections/" + id, "{\"status\":\"idle\"}");
      last = reader.next("connection-status");
    }
    registry.send("PATCH", "/connections/" + id, "{\"status\":\"active\"}");
    registry.send("PATCH", "/connections/" + id, "{\"weight\":7}");
    try (Reader reader = new Reader(query + "&after=0", "Last-Event-ID", last.get("id").asText())) {
      JsonNode missed = reader.next("connection-status");
      assertThat(missed.get("status").asText()).isEqualTo("active");
      JsonNode updated = reader.next("connection-updated");
      assertThat(updated.get("changed")).extracting(JsonNode::asText).containsExactly("weight");
      assertThat(updated.get("id").asText()).isGreaterThan(missed.get("id").asText());
    }
    try (Reader reader = new Reader(query + "&after=" + last.get("id").asText())) {
      assertThat(reader.next("connection-status").get("status").asText()).isEqualTo("active");
    }
  }

  @Test
  void heartbeatsAreCommentsThatMoveTheClientsPlaceForward() throws Exception {
    try (Reader reader = new Reader("?events=ejection")) {
      String begin = reader.next("subscribed").get("after").asText();
      client("unwanted");
      String line = "";
      while (!line.equals(": heartbeat")) {
        line = reader.lines.next(DEADLINE);
      }
      String id = reader.lines.next(DEADLINE);
      assertThat(id).startsWith("id: ");
      assertThat(id.substring("id: ".length())).isGreaterThanOrEqualTo(begin);
      assertThat(reader.lines.next(DEADLINE)).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "events=dance, query/events/0",
    "'events=process,', query/events/1",
    "status=fine, query/status/0",
    "after=0, query/after",
    "event=process, query/event",
    "pools=, query/pools"
  })
  void badParametersAreProblems(String query, String field) throws Exception {
    var answer = registry.send("GET", "/registry/events?" + query, "");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    assertThat(answer.body().at("/violations/0/field").asText()).isEqualTo(field);
  }

  @Test
  void moreSubscribersThanAllowedAreRefusedUntilOneLeaves(@TempDir Path own) throws Exception {
    try (RegistryProcess small =
        RegistryProcess.start(own, Map.of("MCP_REGISTRY_EVENTS_MAX_SUBSCRIBERS", "1"))) {
      McpSocket only = new McpSocket(small, "/registry/stream");
      var refused = small.send("GET", "/registry/events", "");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.body().get("type").asText())
          .isEqualTo("urn:mcp-registry:problem:too-many-subscribers");
      only.close();
      Eventually.until(() -> {
        try (McpSocket next = new McpSocket(small, "/registry/stream")) {
          next.send("{'action':'subscribe'}");
          next.next(m -> m.path("type").asText().equals("subscribed"));
          return true;
        } catch (java.util.concurrent.CompletionException e) {
          return false;
        }
      });
    }
  }

  @Test
  void aStreamDoesNotKeepTheRegistryFromStopping(@TempDir Path own) throws Exception {
    RegistryProcess stopping = RegistryProcess.start(own);
    try (McpSocket socket = new McpSocket(stopping, "/registry/stream")) {
      socket.send("{'action':'subscribe'}");
      socket.next(m -> m.path("type").asText().equals("subscribed"));
      stopping.close();
      assertThat(List.of(0, 1000, 1001, 1006)).contains(socket.closeCode());
    }
  }
}
