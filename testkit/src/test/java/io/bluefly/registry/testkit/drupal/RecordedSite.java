package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** A stand-in in the state of the recorded site, which changed between recordings, too. */
final class RecordedSite implements AutoCloseable {
  private static final String ORIGIN = "http://127.0.0.1:8088";
  private static final UUID UNPUBLISHED = UUID.fromString("1d0049b2-5e4a-5331-98d3-f64ff78f5113");
  private static final UUID RACED = UUID.fromString("01b0464b-6227-5d1e-b421-31bfe6d52937");
  private static final int NODES_BEFORE = 10;
  private static final int REVISIONS_BEFORE = 17;

  private final AtomicReference<Instant> clock = new AtomicReference<>(Instant.EPOCH);
  private final DrupalSite site = DrupalSite.start(clock::get);
  private final HttpClient http = HttpClient.newHttpClient();

  /** Ids that Drupal made itself, and what the stand-in has made in their place. */
  private final Map<String, String> ids = new HashMap<>();

  private final Map<Integer, Recording> recordings = new HashMap<>();

  RecordedSite(List<Recording> all) throws IOException {
    all.forEach(recording -> recordings.put(recording.number(), recording));
    site.linkOrigin(URI.create(ORIGIN));
    live();
  }

  /** The recorded site had had content before, of which its counters told. */
  private void live() {
    List<UUID> made =
        IntStream.range(0, NODES_BEFORE)
            .mapToObj(i -> site.create(Map.of("title", "before " + i)))
            .toList();
    IntStream.range(NODES_BEFORE, REVISIONS_BEFORE)
        .forEach(i -> site.edit(made.getFirst(), Map.of("title", "again " + i)));
    made.forEach(site::delete);
  }

  /** Plays a recorded request, after what happened before it. */
  HttpResponse<String> play(Recording recording) throws IOException, InterruptedException {
    prepare(recording);
    clock.set(recording.time());
    HttpResponse<String> answer = send(recording, translated(recording.sent()));
    learn(recording, answer);
    return answer;
  }

  private HttpResponse<String> send(Recording recording, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(site.origin() + translated(recording.path())))
            .method(
                recording.method(),
                body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    recording
        .request()
        .path("headers")
        .propertyStream()
        .forEach(header -> request.header(header.getKey(), header.getValue().textValue()));
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private void prepare(Recording next) throws IOException, InterruptedException {
    switch (next.number()) {
      case 57 -> add(next);
      case 83 -> unpublish(next);
      case 94 -> {
        add(next);
        add(recorded(95));
      }
      case 96 -> site.readOnly(true);
      case 98 -> {
        site.readOnly(false);
        site.maintenance(true);
      }
      case 100 -> {
        site.maintenance(false);
        site.basicAuth(false);
      }
      case 103 -> site.jsonApi(false);
      case 105 -> {
        site.jsonApi(true);
        race(next);
      }
      default -> {}
    }
  }

  private Recording recorded(int number) {
    Recording recording = recordings.get(number);
    if (recording == null) {
      throw new IllegalArgumentException("no exchange " + number);
    }
    return recording;
  }

  /** The content of a list that is not there yet came by other requests. */
  private void add(Recording list) throws IOException, InterruptedException {
    for (JsonNode item : list.body().path("data")) {
      String id = translated(item.path("id").textValue());
      if (site.node(UUID.fromString(id)).isEmpty()) {
        add(item);
      }
    }
  }

  private void add(JsonNode item) throws IOException, InterruptedException {
    JsonNode attributes = item.path("attributes");
    clock.set(time(attributes.path("changed")));
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ObjectNode data = document.putObject("data");
    data.put("type", "node--mcp_connection").set("id", item.path("id"));
    ObjectNode sent = data.putObject("attributes");
    sent.put("title", "bulk").put("field_mcp_protocol", "http");
    sent.put("field_mcp_status", "active").put("field_mcp_type", "server");
    attributes
        .propertyStream()
        .filter(attribute -> attribute.getKey().matches("title|field_mcp_.*"))
        .forEach(attribute -> sent.set(attribute.getKey(), attribute.getValue()));
    create(document);
  }

  private void create(ObjectNode document) throws IOException, InterruptedException {
    int status = send(recorded(5), document.toString()).statusCode();
    if (status != 201) {
      throw new IllegalStateException(status + " to " + document);
    }
  }

  private void unpublish(Recording next) {
    clock.set(next.time());
    site.publish(UNPUBLISHED, false);
  }

  /**
   * Another PATCH of the second before the recorded one was there when it read, and a third one.
   */
  private void race(Recording next) {
    JsonNode token = next.request().at("/body/data/attributes/changed");
    clock.set(time(token));
    site.edit(RACED, Map.of("field_mcp_status", "idle"));
    site.between(
        request -> request.method().equals("PATCH"),
        () -> site.edit(RACED, Map.of("field_mcp_status", "error")));
  }

  private static Instant time(JsonNode text) {
    return OffsetDateTime.parse(text.textValue()).toInstant();
  }

  private void learn(Recording recording, HttpResponse<String> answer) {
    if (recording.status() == 201) {
      String recorded = id(recording.header("Location").orElseThrow());
      answer.headers().firstValue("Location").ifPresent(made -> ids.put(recorded, id(made)));
    }
  }

  private static String id(String location) {
    return location.replaceFirst(".*/mcp_connection/", "").replaceFirst("\\?.*", "");
  }

  /** A text of the recordings as the stand-in has to read it. */
  private String translated(String text) {
    return ids.entrySet().stream()
        .reduce(text, (done, id) -> done.replace(id.getKey(), id.getValue()), String::concat);
  }

  /** A text of the stand-in as it would have been recorded. */
  String recordedForm(String text) {
    return ids.entrySet().stream()
        .reduce(text, (done, id) -> done.replace(id.getValue(), id.getKey()), String::concat);
  }

  @Override
  public void close() {
    http.close();
    site.close();
  }
}
