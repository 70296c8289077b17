package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** One exchange with a real Drupal. */
record Recording(String file, JsonNode request, JsonNode response) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** All, in the order in which they were recorded. */
  static List<Recording> all() {
    return read("index.json")
        .valueStream()
        .map(entry -> of(entry.path("file").textValue()))
        .sorted(Comparator.comparingInt(Recording::number))
        .toList();
  }

  private static Recording of(String file) {
    JsonNode recorded = read(file);
    return new Recording(file, recorded.path("request"), recorded.path("response"));
  }

  private static JsonNode read(String file) {
    try (InputStream in = Recording.class.getResourceAsStream("/drupal/exchanges/" + file)) {
      return JSON.readTree(Objects.requireNonNull(in, file));
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }

  int number() {
    return Integer.parseInt(file.substring(0, file.indexOf('-')));
  }

  String method() {
    return request.path("method").textValue();
  }

  String path() {
    return request.path("path").textValue();
  }

  /** A text in the recording is a body that is no JSON. */
  String sent() {
    JsonNode body = request.path("body");
    return body.isObject() ? body.toString() : body.asText("");
  }

  int status() {
    return response.path("status").intValue();
  }

  /** Null or missing when the answer had none, or was a page. */
  JsonNode body() {
    return response.path("body");
  }

  Optional<String> header(String name) {
    return response
        .path("headers")
        .valueStream()
        .filter(header -> header.path(0).textValue().equalsIgnoreCase(name))
        .map(header -> header.path(1).textValue())
        .findFirst();
  }

  /**
   * When the site took the request. The Date of an answer can be a second later; a revision has the
   * time by which it was made.
   */
  Instant time() {
    JsonNode revised = body().at("/data/attributes/revision_timestamp");
    return revised.isTextual() && !method().equals("GET")
        ? OffsetDateTime.parse(revised.textValue()).toInstant()
        : DateTimeFormatter.RFC_1123_DATE_TIME.parse(header("Date").orElseThrow(), Instant::from);
  }
}
