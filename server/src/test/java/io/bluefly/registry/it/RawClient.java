package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bluefly.registry.testkit.RegistryProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Sends messages over Streamable HTTP exactly as a test writes them, with no SDK in the way. Every
 * request ends within {@value #DEADLINE_SECONDS} s.
 */
final class RawClient {
  static final String MODERN_VERSION = "2026-07-28";
  static final String LEGACY_VERSION = "2025-11-25";

  /** JSON without any loss: numbers are decimal. */
  static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private static final int DEADLINE_SECONDS = 40;
  private static final Duration DEADLINE = Duration.ofSeconds(DEADLINE_SECONDS);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final RegistryProcess registry;
  private final String path;
  private final String key;

  /** A client of the address {@code path}. */
  RawClient(RegistryProcess registry, String path) throws IOException {
    this.registry = registry;
    this.path = path;
    this.key = registry.key();
  }

  /** A client of the address of the connection {@code id}. */
  static RawClient ofConnection(RegistryProcess registry, String id) throws IOException {
    return new RawClient(registry, "/connections/" + id + "/mcp");
  }

  /** A client of the address of the pool {@code name}. */
  static RawClient ofPool(RegistryProcess registry, String name) throws IOException {
    return new RawClient(registry, "/pools/" + name + "/mcp");
  }

  /** What came back: one JSON message, or a stream of events that ended. */
  record Said(int status, HttpResponse<byte[]> raw) {
    String header(String name) {
      return raw.headers().firstValue(name).orElse("");
    }

    String body() {
      return new String(raw.body(), UTF_8);
    }

    /** The messages as they came. */
    List<String> messages() {
      if (!header("content-type").startsWith("text/event-stream")) {
        return body().isEmpty() ? List.of() : List.of(body());
      }
      // Not String.lines(): a JSON string may have U+2028 and the like in it.
      return Stream.of(body().split("\n"))
          .filter(line -> line.startsWith("data:"))
          .map(line -> line.substring("data:".length()).strip())
          .filter(data -> !data.isEmpty())
          .toList();
    }

    /** The last message: the response. */
    String text() {
      return messages().isEmpty() ? "" : messages().getLast();
    }

    JsonNode json() {
      try {
        return text().isEmpty() ? MissingNode.getInstance() : JSON.readTree(text());
      } catch (JsonProcessingException e) {
        return MissingNode.getInstance();
      }
    }

    /** The error's code; 0 when there is none. */
    int code() {
      return json().at("/error/code").asInt();
    }

    /** The text of the result's first content. */
    String content() {
      return json().at("/result/content/0/text").asText();
    }

    @Override
    public String toString() {
      return status + " " + body().substring(0, Math.min(body().length(), 500));
    }
  }

  /** A request with nothing but what lets it in. */
  HttpRequest.Builder request() {
    return HttpRequest.newBuilder(URI.create(registry.url() + path))
        .timeout(DEADLINE)
        .header("Authorization", "Bearer " + key);
  }

  /** A POST of {@code body}, with names and values of more headers. */
  HttpRequest.Builder post(String body, String... headers) {
    HttpRequest.Builder request =
        request()
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .POST(BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request;
  }

  static Said send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = HTTP.send(request.build(), BodyHandlers.ofByteArray());
    return new Said(response.statusCode(), response);
  }

  static CompletableFuture<Said> sendAsync(HttpRequest.Builder request) {
    return HTTP.sendAsync(request.build(), BodyHandlers.ofByteArray())
        .thenApply(response -> new Said(response.statusCode(), response));
  }

  /** The {@code _meta} of a modern request, as a member. */
  static String meta(String capabilities) {
    return "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
        + "\"io.modelcontextprotocol/clientCapabilities\":"
        + capabilities
        + "}";
  }

  /** A message; {@code id} and {@code params} are JSON text. */
  static String message(String id, String method, String params) {
    return "{\"jsonrpc\":\"2.0\",\"id\":"
        + id
        + ",\"method\":\""
        + method
        + "\",\"params\":"
        + params
        + "}";
  }

  /** A modern request with {@code params} as they are; {@code name} is empty when it names none. */
  HttpRequest.Builder modern(String method, String name, String params) {
    HttpRequest.Builder request =
        post(
            message("1", method, params),
            "MCP-Protocol-Version",
            MODERN_VERSION,
            "Mcp-Method",
            method);
    return name.isEmpty() ? request : request.header("Mcp-Name", name);
  }

  /** A modern call of a tool; {@code more} are members of its params that end with a comma. */
  HttpRequest.Builder modernCall(String tool, String arguments, String capabilities, String more) {
    return modern(
        "tools/call",
        tool,
        "{\"name\":\"%s\",\"arguments\":%s,%s%s}"
            .formatted(tool, arguments, more, meta(capabilities)));
  }

  Said callModern(String tool, String arguments) throws IOException, InterruptedException {
    return send(modernCall(tool, arguments, "{}", ""));
  }

  /** Says hello to a connection, which may refuse. */
  static Said greet(RegistryProcess registry, String id) throws IOException, InterruptedException {
    return send(ofConnection(registry, id).initializing("{}"));
  }

  /** Begins a session; returns its id. */
  String initialize(String capabilities) throws IOException, InterruptedException {
    Said said = send(initializing(capabilities));
    if (said.status() != 200 || said.header("mcp-session-id").isEmpty()) {
      throw new AssertionError("no session: " + said);
    }
    String session = said.header("mcp-session-id");
    send(inSession(session, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"));
    return session;
  }

  HttpRequest.Builder initializing(String capabilities) {
    return post(
        message(
            "0",
            "initialize",
            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":"
                + capabilities
                + ",\"clientInfo\":{\"name\":\"raw\",\"version\":\"1\"}}"));
  }

  /** A POST in a session. */
  HttpRequest.Builder inSession(String session, String body) {
    return post(body, "Mcp-Session-Id", session, "MCP-Protocol-Version", LEGACY_VERSION);
  }

  /** A call of a tool in a session; {@code id} and {@code arguments} are JSON text. */
  HttpRequest.Builder legacyCall(String session, String id, String tool, String arguments) {
    return inSession(
        session,
        message(id, "tools/call", "{\"name\":\"%s\",\"arguments\":%s}".formatted(tool, arguments)));
  }

  Said callLegacy(String session, String tool, String arguments)
      throws IOException, InterruptedException {
    return send(legacyCall(session, "1", tool, arguments));
  }

  /** Ends a session. */
  Said end(String session) throws IOException, InterruptedException {
    return send(request().header("Mcp-Session-Id", session).DELETE());
  }

  /**
   * Sends what no HTTP library would, and reads until the registry closes.
   *
   * @param head the lines of the head without those that let it in and say how long the body is
   * @return the answer, head and all, one char a byte
   */
  static String socket(RegistryProcess registry, List<String> head, byte[] body)
      throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), registry.port())) {
      socket.setSoTimeout((int) DEADLINE.toMillis());
      StringBuilder text = new StringBuilder();
      head.forEach(line -> text.append(line).append("\r\n"));
      if (head.stream().noneMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("host:"))) {
        text.append("Host: 127.0.0.1\r\n");
      }
      text.append("Authorization: Bearer ").append(registry.key()).append("\r\n");
      text.append("Connection: close\r\nContent-Length: ").append(body.length).append("\r\n\r\n");
      socket.getOutputStream().write(text.toString().getBytes(ISO_8859_1));
      socket.getOutputStream().write(body);
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
