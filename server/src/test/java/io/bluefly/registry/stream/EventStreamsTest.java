package io.bluefly.registry.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.events.EventType;
import io.bluefly.registry.events.Happening;
import io.bluefly.registry.events.PublicEvent;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.testkit.Lines;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The thread that brings events to subscribers. */
class EventStreamsTest {
  /** More than the inbox takes. */
  private static final int TOO_MANY = 150_000;

  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EventInbox inbox = new EventInbox();
  private final EventStreams streams =
      new EventStreams(inbox, TestSettings.of(Map.of()), InstantSource.system());

  @AfterEach
  void close() {
    streams.close();
  }

  /** What is asked for its type on that thread. */
  private record Asked(Supplier<EventType> kind) implements PublicEvent {
    @Override
    public EventType type() {
      return kind.get();
    }

    @Override
    public String connectionId() {
      return "c";
    }

    @Override
    public String pool() {
      return "p";
    }

    @Override
    public String status() {
      return "active";
    }

    @Override
    public Instant timestamp() {
      return Instant.EPOCH;
    }

    @Override
    public Map<String, Object> fields() {
      return Map.of();
    }
  }

  @Test
  void anErrorOfAnyKindDoesNotEndIt() throws Exception {
    CompletableFuture<Boolean> failed = new CompletableFuture<>();
    inbox.publish(
        new Asked(() -> {
          failed.complete(true);
          throw new NoSuchMethodError("as if a class were missing");
        }));
    assertThat(failed.get(20, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Boolean> asked = new CompletableFuture<>();
    inbox.publish(
        new Asked(() -> {
          asked.complete(true);
          return EventType.PROCESS;
        }));
    assertThat(asked.get(20, TimeUnit.SECONDS)).isTrue();
  }

  private void publish(String connectionId, String pool) {
    inbox.publish(Happening.of(EventType.PROCESS, connectionId, pool, Instant.EPOCH));
  }

  private static <T> T join(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** What a client hears of the pool "heard". */
  private Lines listen(Vertx vertx, HttpClient client) throws Exception {
    EventStreams.Wish wish =
        EventStreams.wish(List.of(), List.of(), List.of("heard"), List.of(), null);
    HttpServer server =
        join(
            vertx
                .createHttpServer()
                .requestHandler(request -> streams.openEvents(request, Principal.ANYBODY, wish))
                .listen(0, "127.0.0.1"));
    URI url = URI.create("http://127.0.0.1:" + server.actualPort());
    HttpResponse<InputStream> response =
        client.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofInputStream());
    return new Lines(response.body());
  }

  private static JsonNode next(Lines lines) throws Exception {
    String line = "";
    while (!line.startsWith("data: ")) {
      line = lines.next(DEADLINE);
    }
    return JSON.readTree(line.substring("data: ".length()));
  }

  @Test
  void whatFindsNoRoomIsAGapForAllBehindEverythingThatFoundRoom() throws Exception {
    Vertx vertx = Vertx.vertx();
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    try {
      Lines lines = listen(vertx, client);
      assertThat(next(lines).get("type").asText()).isEqualTo("subscribed");
      CompletableFuture<Boolean> held = new CompletableFuture<>();
      CompletableFuture<EventType> release = new CompletableFuture<>();
      inbox.publish(
          new Asked(() -> {
            held.complete(true);
            return release.join();
          }));
      assertThat(held.get(20, TimeUnit.SECONDS)).isTrue();

      publish("waits", "heard");
      for (int i = 0; i < TOO_MANY; i++) {
        publish("unheard", "other");
      }
      publish("lost", "heard");
      release.complete(EventType.PROCESS);

      JsonNode waited = next(lines);
      assertThat(waited.path("connectionId").asText()).as("%s", waited).isEqualTo("waits");
      JsonNode gap = next(lines);
      assertThat(gap.get("type").asText()).as("%s", gap).isEqualTo("gap");
      assertThat(gap.get("reason").asText()).isEqualTo("overload");
      assertThat(gap.get("from").asText()).isGreaterThan(waited.get("id").asText());
      publish("afterwards", "heard");
      JsonNode afterwards = next(lines);
      assertThat(afterwards.get("connectionId").asText()).isEqualTo("afterwards");
      assertThat(afterwards.get("id").asText()).isGreaterThan(gap.get("to").asText());
    } finally {
      client.shutdownNow();
      join(vertx.close());
    }
  }
}
