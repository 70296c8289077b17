package io.bluefly.registry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bluefly.registry.cli.http.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers what a test tells it to, and remembers what it was asked. */
final class FakeRegistry implements AutoCloseable {
  /** A request as it came. */
  record Asked(String line, Map<String, List<String>> headers, String body) {
    JsonNode json() {
      try {
        return Json.parse(body);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    String header(String name) {
      return headers.entrySet().stream()
          .filter(e -> e.getKey().equalsIgnoreCase(name))
          .map(e -> e.getValue().getFirst())
          .findFirst()
          .orElse("");
    }
  }

  private record Canned(int status, String type, String body) {}

  private final HttpServer server;
  private final Map<String, Deque<Canned>> answers = new ConcurrentHashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  FakeRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers {@code line}, such as {@code GET /connections}, with JSON; the last answer stays. */
  FakeRegistry on(String line, int status, String json) {
    return on(line, status, "application/json", json);
  }

  FakeRegistry on(String line, int status, String type, String body) {
    answers.computeIfAbsent(line, _ -> new ArrayDeque<>()).add(new Canned(status, type, body));
    return this;
  }

  /** Has a connection that is found by name and by id. */
  FakeRegistry withConnection(String name, String id, String details) {
    return on("GET /connections?name=" + name, 200, page("{\"id\": \"" + id + "\"}"))
        .on("GET /connections/" + id, 200, details);
  }

  static String page(String connections) {
    return "{\"connections\": [" + connections + "], \"total\": 9, \"filtered\": 9}";
  }

  List<Asked> asked() {
    return asked;
  }

  Asked last() {
    return asked.getLast();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      asked.add(new Asked(line, Map.copyOf(exchange.getRequestHeaders()), body));
      Canned canned = next(line);
      byte[] bytes = canned.body.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", canned.type);
      exchange.sendResponseHeaders(canned.status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private synchronized Canned next(String line) {
    Deque<Canned> queue = answers.get(line);
    if (queue == null) {
      return new Canned(500, "text/plain", "the test has no answer for " + line);
    }
    return queue.size() > 1 ? queue.removeFirst() : queue.getFirst();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
