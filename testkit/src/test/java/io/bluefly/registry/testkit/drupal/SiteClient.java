package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Speaks JSON:API with a site, with one header for its credentials. */
final class SiteClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String COLLECTION = "/jsonapi/node/mcp_connection";

  private final HttpClient http = HttpClient.newHttpClient();
  private final DrupalSite site;
  private final String header;
  private final String value;

  SiteClient(DrupalSite site, String header, String value) {
    this.site = site;
    this.header = header;
    this.value = value;
  }

  static SiteClient of(DrupalSite site) {
    return new SiteClient(site, "X-API-Key", DrupalSite.SYNC_KEY);
  }

  /** An answer; its document is missing when it was no JSON. */
  record Reply(int status, JsonNode document, HttpResponse<String> response) {
    String pointer() {
      return document.at("/errors/0/source/pointer").asText();
    }

    JsonNode attribute(String name) {
      return document.at("/data/attributes").path(name);
    }
  }

  Reply get(String path) throws IOException, InterruptedException {
    return reply(http.send(request("GET", path, ""), BodyHandlers.ofString()));
  }

  CompletableFuture<Reply> getLater(String path) {
    return http.sendAsync(request("GET", path, ""), BodyHandlers.ofString())
        .thenApply(SiteClient::reply);
  }

  Reply list(String query) throws IOException, InterruptedException {
    return get(COLLECTION + query);
  }

  Reply get(UUID id) throws IOException, InterruptedException {
    return get(COLLECTION + "/" + id);
  }

  Reply create(UUID id, Map<String, ?> attributes) throws IOException, InterruptedException {
    return reply(
        http.send(request("POST", COLLECTION, body(id, attributes)), BodyHandlers.ofString()));
  }

  Reply change(UUID id, Map<String, ?> attributes) throws IOException, InterruptedException {
    return reply(http.send(changing(id, attributes), BodyHandlers.ofString()));
  }

  CompletableFuture<Reply> changeLater(UUID id, Map<String, ?> attributes) {
    return http.sendAsync(changing(id, attributes), BodyHandlers.ofString())
        .thenApply(SiteClient::reply);
  }

  private HttpRequest changing(UUID id, Map<String, ?> attributes) {
    return request("PATCH", COLLECTION + "/" + id, body(id, attributes));
  }

  private static String body(UUID id, Map<String, ?> attributes) {
    Map<String, Object> data =
        Map.of("type", "node--mcp_connection", "id", id, "attributes", attributes);
    return JSON.valueToTree(Map.of("data", data)).toString();
  }

  private HttpRequest request(String method, String path, String body) {
    return HttpRequest.newBuilder(URI.create(site.origin() + path))
        .header(header, value)
        .header("Content-Type", "application/vnd.api+json")
        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
        .build();
  }

  private static Reply reply(HttpResponse<String> response) {
    return new Reply(response.statusCode(), document(response), response);
  }

  private static JsonNode document(HttpResponse<String> response) {
    try {
      return response.headers().firstValue("Content-Type").orElse("").contains("json")
          ? JSON.readTree(response.body())
          : MissingNode.getInstance();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
