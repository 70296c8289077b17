package io.bluefly.registry.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The packaged registry in a process of its own, and an HTTP client for it. */
public final class RegistryProcess implements AutoCloseable {
  private static final int FIRST_PORT = 12_000;
  private static final int LAST_PORT = 32_000;
  private static final int PORT_ATTEMPTS = 100;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration START = Duration.ofMinutes(1);
  private static final Duration REQUEST = Duration.ofSeconds(60);

  private final Process process;
  private final Lines out;
  private final Lines errors;
  private final Path dataDir;
  private final int port;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private RegistryProcess(
      Path dataDir, int port, Map<String, String> environment, List<String> options)
      throws IOException, InterruptedException {
    this.dataDir = dataDir;
    this.port = port;
    this.process = process(dataDir, port, environment, options);
    this.out = new Lines(process.getInputStream());
    this.errors = new Lines(process.getErrorStream());
    awaitStart();
  }

  /** Nobody but this constructor could end what does not start. */
  private void awaitStart() throws InterruptedException {
    boolean started = false;
    try {
      while (!started) {
        started = out.next(START).startsWith("Listening on ");
      }
    } finally {
      if (!started) {
        kill();
        http.close();
      }
    }
  }

  private static Process process(
      Path dataDir, int port, Map<String, String> environment, List<String> options)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-jar",
                jar().toString(),
                "start",
                "--port",
                Integer.toString(port),
                "--data-dir",
                dataDir.toString()));
    command.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Path jar() {
    return Checkout.find("server/target/mcp-registry-server.jar")
        .orElseThrow(
            () -> new IllegalStateException("the registry is not packaged: run mvn verify"));
  }

  /** Starts a registry with its data in {@code dataDir}. */
  public static RegistryProcess start(Path dataDir) throws IOException, InterruptedException {
    return start(dataDir, Map.of());
  }

  /** Starts a registry with variables beside its environment. */
  public static RegistryProcess start(
      Path dataDir, Map<String, String> environment, String... options)
      throws IOException, InterruptedException {
    return new RegistryProcess(dataDir, freePort(), environment, List.of(options));
  }

  /**
   * Starts a registry that is expected to refuse.
   *
   * @return its exit code and all that it wrote
   */
  public static Refusal refused(
      Path dataDir, int port, Map<String, String> environment, String... options)
      throws IOException, InterruptedException {
    Process process = process(dataDir, port, environment, List.of(options));
    String said =
        new String(
            process.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the registry did not refuse to start");
    }
    return new Refusal(process.exitValue(), said.strip());
  }

  /** How a registry refused to start. */
  public record Refusal(int exitCode, String message) {}

  /**
   * A port that was free a moment ago, and not one of those that the system gives to whoever asks
   * for any: tests run side by side, and their connections take these.
   */
  public static int freePort() throws IOException {
    IOException last = new IOException("no port is free");
    for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      try (ServerSocket _ = new ServerSocket(port)) {
        return port;
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }

  /** Its address. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Its port. */
  public int port() {
    return port;
  }

  /** Its admin key; any word when it runs without authentication, where no key is written. */
  public String key() throws IOException {
    Path file = dataDir.resolve("admin.key");
    return Files.exists(file) ? Files.readString(file).strip() : "none";
  }

  /** Its process. */
  public ProcessHandle handle() {
    return process.toHandle();
  }

  /** What it has written to its error stream: its log. */
  public List<String> log() {
    return errors.all();
  }

  /** What it has printed. */
  public List<String> printed() {
    return out.all();
  }

  /**
   * An answer.
   *
   * @param body the JSON body, missing when it is none
   */
  public record Answer(int status, HttpResponse<String> raw, JsonNode body) {
    /** A header, empty when it is not there. */
    public String header(String name) {
      return raw.headers().firstValue(name).orElse("");
    }
  }

  /** Sends a request with the admin key. */
  public Answer send(String method, String path, String body)
      throws IOException, InterruptedException {
    return sendAs(key(), method, path, body);
  }

  /** Makes a key and returns it; {@code more} is what else its request has, JSON members. */
  public String makeKey(String name, String permissions, String more)
      throws IOException, InterruptedException {
    String body =
        "{\"name\":\"%s\",\"permissions\":[%s]%s}"
            .formatted(name, '"' + permissions.replace(" ", "\",\"") + '"', more);
    return post("/keys", body, 201).get("key").asText();
  }

  /** Sends a request with a key of somebody's. */
  public Answer sendAs(String key, String method, String path, String body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  /** A request to {@code path} without any header. */
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path)).timeout(REQUEST);
  }

  /** Sends {@code request} as it is. */
  public Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), response, json(response));
  }

  private static JsonNode json(HttpResponse<String> response) {
    try {
      return response.body().isEmpty() ? MissingNode.getInstance() : JSON.readTree(response.body());
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  /** GET, expecting 200. */
  public JsonNode get(String path) throws IOException, InterruptedException {
    return expect(200, send("GET", path, ""));
  }

  /** POST, expecting a status. */
  public JsonNode post(String path, String body, int status)
      throws IOException, InterruptedException {
    return expect(status, send("POST", path, body));
  }

  private static JsonNode expect(int status, Answer answer) {
    if (answer.status() != status) {
      throw new AssertionError(
          "expected " + status + ", got " + answer.status() + ": " + answer.raw().body());
    }
    return answer.body();
  }

  /** Registers a stdio server that runs on node, and returns its id. */
  public String registerNode(String name, String... args) throws IOException, InterruptedException {
    return register(
        """
        {"name": %s, "type": "server", "protocol": "stdio",
         "endpoint": {"command": "node", "args": %s}}
        """
            .formatted(JSON.writeValueAsString(name), JSON.writeValueAsString(args)));
  }

  /** Registers an HTTP server, and returns its id. */
  public String registerHttp(String name, String url) throws IOException, InterruptedException {
    return register(
        """
        {"name": %s, "type": "server", "protocol": "http", "endpoint": {"url": %s}}
        """
            .formatted(JSON.writeValueAsString(name), JSON.writeValueAsString(url)));
  }

  /** Registers a connection, and returns its id. */
  public String register(String registration) throws IOException, InterruptedException {
    return post("/connections", registration, 201).get("id").asText();
  }

  /** The address at which MCP is spoken with a connection. */
  public String mcp(String id) {
    return url() + "/connections/" + id + "/mcp";
  }

  /** A connection's details. */
  public JsonNode connection(String id) throws IOException, InterruptedException {
    return get("/connections/" + id);
  }

  /** Ends it as an operator does; its servers end with it. */
  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
    http.close();
  }

  /** Kills it as nothing can prepare for. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
