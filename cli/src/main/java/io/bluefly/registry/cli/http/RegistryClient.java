package io.bluefly.registry.cli.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Sends requests to the registry; every failure is a {@link CliException}. */
public final class RegistryClient {
  /** Disconnecting waits for calls in flight; everything else answers at once. */
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final int UNAUTHORIZED = 401;

  private final RegistryAddress address;
  private final Key key;
  private final Failures failures;
  private final Executor readers = Thread::startVirtualThread;
  private final HttpClient http;

  /**
   * Speaks to the registry at {@code address}.
   *
   * @param trust whose certificates it may show; null for those that every JDK trusts
   */
  public RegistryClient(RegistryAddress address, Key key, @Nullable SSLContext trust) {
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
    this.http = (trust == null ? builder : builder.sslContext(trust)).build();
    this.address = address;
    this.key = key;
    this.failures = new Failures(address, key);
  }

  /** Reads a response to its end, or as far as is needed. */
  @FunctionalInterface
  public interface Reader<T> {
    /** Reads {@code response}, whose body is closed afterwards. */
    T read(HttpResponse<InputStream> response) throws IOException;
  }

  /** GET. */
  public Answer get(String path) {
    return send(request(path).GET(), DEADLINE, this::answer);
  }

  /** DELETE. */
  public Answer delete(String path) {
    return send(request(path).DELETE(), DEADLINE, this::answer);
  }

  /** POST of JSON. */
  public Answer post(String path, JsonNode body) {
    return send(posting(path, body), DEADLINE, this::answer);
  }

  /** PATCH of JSON. */
  public Answer patch(String path, JsonNode body) {
    return send(
        json(path).method("PATCH", BodyPublishers.ofString(Json.compact(body))),
        DEADLINE,
        this::answer);
  }

  /** POST of JSON with more headers, whose answer {@code reader} understands. */
  public <T> T post(
      String path,
      JsonNode body,
      Map<String, String> headers,
      Duration deadline,
      Reader<T> reader) {
    HttpRequest.Builder request = posting(path, body);
    headers.forEach(request::setHeader);
    return send(request, deadline, reader);
  }

  private HttpRequest.Builder posting(String path, JsonNode body) {
    return json(path).POST(BodyPublishers.ofString(Json.compact(body)));
  }

  private HttpRequest.Builder json(String path) {
    return request(path).header("Content-Type", "application/json");
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.at(path)).header("Accept", "application/json");
    return switch (key) {
      case Key.Found found -> request.header("Authorization", "Bearer " + found.value());
      case Key.Missing _ -> request;
    };
  }

  /** One deadline for all of it: connecting, the headers, and the body however it comes. */
  private <T> T send(HttpRequest.Builder request, Duration deadline, Reader<T> reader) {
    CompletableFuture<T> result =
        http.sendAsync(request.build(), BodyHandlers.ofInputStream())
            .thenApplyAsync(response -> read(response, reader), readers);
    try {
      return result.orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS).join();
    } catch (CompletionException e) {
      throw failures.of(e.getCause() == null ? e : e.getCause(), deadline);
    }
  }

  private <T> T read(HttpResponse<InputStream> response, Reader<T> reader) {
    try (InputStream _ = response.body()) {
      if (response.statusCode() == UNAUTHORIZED) {
        throw failures.unauthorized();
      }
      return reader.read(response);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  private Answer answer(HttpResponse<InputStream> response) throws IOException {
    return new Answer(response.statusCode(), json(response));
  }

  /**
   * The JSON object that is the body of {@code response}.
   *
   * @throws CliException when the body is something else
   */
  public JsonNode json(HttpResponse<InputStream> response) throws IOException {
    try {
      JsonNode json = Json.parse(new String(response.body().readAllBytes(), UTF_8));
      if (json.isObject()) {
        return json;
      }
    } catch (JsonProcessingException e) {
      // Said below, as for any answer that is not the registry's.
    }
    throw failures.notTheRegistry(response.statusCode());
  }
}
