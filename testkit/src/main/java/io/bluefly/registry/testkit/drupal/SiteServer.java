package io.bluefly.registry.testkit.drupal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** HTTP on a free port of this machine. Each request is handled on a virtual thread of its own. */
final class SiteServer implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final int LONGEST_QUERY = 64 * 1024;
  private static final int SECONDS = 10;

  private final Vertx vertx =
      Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setInternalBlockingPoolSize(1));
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Desk desk;
  private final Traffic traffic;
  private final Conditions conditions;
  private final InstantSource clock;
  private final HttpServer server;

  SiteServer(Desk desk, Traffic traffic, Conditions conditions, InstantSource clock) {
    this.desk = desk;
    this.traffic = traffic;
    this.conditions = conditions;
    this.clock = clock;
    this.server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost(HOST)
                    .setPort(0)
                    .setHttp2ClearTextEnabled(false)
                    .setMaxInitialLineLength(LONGEST_QUERY))
            .requestHandler(this::receive);
  }

  /** Returns the port. */
  int listen() throws IOException {
    return within(server.listen().toCompletionStage()).actualPort();
  }

  private void receive(HttpServerRequest http) {
    http.body().onSuccess(body -> handle(http, received(http, body)));
  }

  private static Received received(HttpServerRequest http, Buffer body) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (String name : http.headers().names()) {
      headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(http.headers().getAll(name)));
    }
    return new Received(
        http.method().name(), text(http.path()), text(http.query()), headers, body.toString(UTF_8));
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  private void handle(HttpServerRequest http, Received request) {
    traffic.begin(request);
    CompletableFuture.supplyAsync(() -> desk.handle(request), executor)
        .exceptionally(failure -> Optional.of(failed(failure)))
        .thenAccept(answer -> later(() -> reply(http, answer)));
  }

  /** What the test itself did wrong. */
  private static Answer failed(Throwable failure) {
    return new Answer(500, Map.of("Content-Type", "text/plain"), "the stand-in failed: " + failure);
  }

  private void later(Runnable reply) {
    long delay = conditions.delay.toMillis();
    if (delay == 0) {
      vertx.runOnContext(now -> reply.run());
    } else {
      vertx.setTimer(delay, now -> reply.run());
    }
  }

  private void reply(HttpServerRequest http, Optional<Answer> answer) {
    traffic.end();
    answer.ifPresentOrElse(known -> write(http, known), () -> http.connection().close());
  }

  private void write(HttpServerRequest http, Answer answer) {
    byte[] body = answer.body().getBytes(UTF_8);
    HttpServerResponse response = http.response().setStatusCode(answer.status());
    response.putHeader("Date", Times.httpDate(clock.instant()));
    response.putHeader("Cache-Control", "must-revalidate, no-cache, private");
    response.putHeader("X-Generator", "Drupal 10 (https://www.drupal.org)");
    answer.headers().forEach(response::putHeader);
    if (http.method().name().equals("HEAD")) {
      response.putHeader("Content-Length", Integer.toString(body.length)).end();
    } else {
      response.end(Buffer.buffer(body));
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    try {
      within(vertx.close().toCompletionStage());
    } catch (IOException e) {
      throw new IllegalStateException("the site does not stop", e);
    }
  }

  private static <T> T within(CompletionStage<T> stage) throws IOException {
    try {
      return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
