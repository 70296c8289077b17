package io.bluefly.registry.drupal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bluefly.registry.upstream.PinnedHttp;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One request to a Drupal site and its answer. Redirects are not followed, answers are bounded, and
 * each request has a deadline; it waits for the answer.
 */
final class DrupalHttp {
  private static final int MAX_BYTES = 16 * 1024 * 1024;
  private static final int MAX_DEPTH = 64;
  private static final int KEEP_ALIVE_SECONDS = 5;
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");

  static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(MAX_BYTES)
                          .maxNumberLength(100)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final HttpClient client;
  private final Duration deadline;

  /**
   * Keeps a few connections.
   *
   * @param deadline of each request
   * @param connections to one site at once
   */
  DrupalHttp(Vertx vertx, Duration deadline, int connections) {
    this.deadline = deadline;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setDecompressionSupported(false)
                .setConnectTimeout((int) deadline.toMillis()),
            new PoolOptions().setHttp1MaxSize(connections));
  }

  /**
   * Sends a request.
   *
   * @param target path and query
   * @param body JSON; null without one
   * @throws IOException when there is no answer, or none that can be read; whether the site has
   *     done what it was asked for is not known then
   */
  SiteAnswer send(Site site, HttpMethod method, String target, @Nullable JsonNode body)
      throws IOException {
    long begun = System.nanoTime();
    AtomicReference<@Nullable HttpClientRequest> sent = new AtomicReference<>();
    Future<SiteAnswer> answer =
        client
            .request(options(site, method, target, body != null))
            .compose(request -> {
              sent.set(request);
              return (body == null ? request.send() : request.send(Buffer.buffer(write(body))))
                  .compose(response -> answer(response, begun));
            });
    try {
      return answer
          .toCompletionStage()
          .toCompletableFuture()
          .get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(site.mask(String.valueOf(cause.getMessage())), e);
    } catch (TimeoutException e) {
      HttpClientRequest late = sent.get();
      if (late != null) {
        late.reset(); // Else its connection would be taken for as long as the site likes.
      }
      throw new IOException("no answer within " + deadline.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static byte[] write(JsonNode body) {
    try {
      return JSON.writeValueAsBytes(body);
    } catch (IOException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  private RequestOptions options(Site site, HttpMethod method, String target, boolean hasBody) {
    RequestOptions options =
        PinnedHttp.options(site.address().base(), site.host(), target, deadline)
            .setMethod(method)
            .putHeader(site.credentials().getKey(), site.credentials().getValue())
            .putHeader("accept", SiteAnswer.JSON_API);
    return hasBody ? options.putHeader("content-type", SiteAnswer.JSON_API) : options;
  }

  private static Future<SiteAnswer> answer(HttpClientResponse response, long begun) {
    return PinnedHttp.body(response, MAX_BYTES)
        .map(body -> answer(response, body, Duration.ofNanos(System.nanoTime() - begun)));
  }

  private static SiteAnswer answer(HttpClientResponse response, Buffer body, Duration taken) {
    String type = response.getHeader("content-type");
    Instant date = date(response.getHeader("date"));
    return new SiteAnswer(
        response.statusCode(),
        type == null ? "" : type,
        seconds(response.getHeader("retry-after"), date),
        date == null ? null : date.minusSeconds(taken.toSeconds() + 1),
        response.getHeader("location"),
        body.length(),
        tree(body.getBytes()));
  }

  /** From the answer's own date, where it is a time: clocks differ. */
  private static @Nullable Long seconds(@Nullable String text, @Nullable Instant date) {
    if (text != null && SECONDS.matcher(text.strip()).matches()) {
      return Long.valueOf(text.strip());
    }
    Instant until = date(text);
    return until == null || date == null
        ? null
        : Long.valueOf(Math.max(0, Duration.between(date, until).toSeconds()));
  }

  private static @Nullable Instant date(@Nullable String text) {
    try {
      return text == null
          ? null
          : ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static JsonNode tree(byte[] json) {
    try {
      JsonNode tree = JSON.readTree(json);
      return tree == null ? MissingNode.getInstance() : tree;
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }
}
