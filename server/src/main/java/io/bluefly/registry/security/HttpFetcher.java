package io.bluefly.registry.security;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Gets documents by HTTP, each within three seconds and 256 KiB. */
public final class HttpFetcher implements Fetcher {
  private static final int MAX_BYTES = 256 * 1024;
  private static final int OK = 200;

  private final Duration deadline;

  /** With the usual deadline. */
  public HttpFetcher() {
    this(Duration.ofSeconds(3));
  }

  HttpFetcher(Duration deadline) {
    this.deadline = deadline;
  }

  /** A client for each document: they are rare, and none of its threads stays. */
  @Override
  public byte[] fetch(URI uri) throws IOException {
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    try {
      return fetch(client, uri);
    } finally {
      client.shutdownNow();
    }
  }

  private byte[] fetch(HttpClient client, URI uri) throws IOException {
    HttpRequest request = HttpRequest.newBuilder(uri).header("Accept", "application/json").build();
    try {
      // The client's own time-out ends with the head of the answer.
      HttpResponse<byte[]> response =
          client
              .sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES))
              .get(deadline.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != OK) {
        throw new IOException(uri + " answers with HTTP " + response.statusCode());
      }
      return response.body();
    } catch (ExecutionException e) {
      throw new IOException(uri + " can't be read: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IOException(uri + " does not answer within " + deadline.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
