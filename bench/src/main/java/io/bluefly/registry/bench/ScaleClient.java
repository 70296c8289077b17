package io.bluefly.registry.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What bench/scale asks of a registry with many connections. Each run prints one line of figures
 * that are separated by blanks.
 */
public final class ScaleClient {
  private static final int BATCH = 1_000;
  private static final int CONNECTIONS = 16;
  private static final Duration AT_MOST = Duration.ofMinutes(5);
  private static final Pattern HEALTHY = Pattern.compile("\"healthy\":(\\d+)");
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String url;
  private final String key;

  private ScaleClient(String url, String key) {
    this.url = url;
    this.key = key;
  }

  /**
   * The arguments: URL and key of the registry, then
   *
   * <ul>
   *   <li>{@code register FROM TO PORT MEMBERS}: registers connections to servers at that port, or
   *       clients without a server with port 0, so many of them in a pool; prints seconds, and
   *       bytes of all definitions
   *   <li>{@code healthy COUNT}: waits until at least so many are healthy, five minutes at most;
   *       prints seconds
   *   <li>{@code list RATE SECONDS}, {@code discover RATE SECONDS}, {@code discover-all RATE
   *       SECONDS}, {@code call RATE SECONDS}: asks so often per second for a page of a hundred,
   *       for what the servers of the first pool offer, for what all servers do, and calls a tool
   *       of the first pool; prints the median, the 99th percentile and the longest time in ms, and
   *       how many failed
   * </ul>
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    ScaleClient client = new ScaleClient(args[0], args[1]);
    List<String> rest = List.of(args).subList(3, args.length);
    switch (args[2]) {
      case "register" ->
          client.register(number(rest, 0), number(rest, 1), number(rest, 2), number(rest, 3));
      case "healthy" -> client.awaitHealthy(number(rest, 0));
      case "live" -> client.load(client.bytes("GET", "/health/live", "", ""), rest);
      case "list" -> client.load(client.bytes("GET", "/connections?limit=100", "", ""), rest);
      case "discover" -> client.load(client.discovery("tool-0"), rest);
      case "discover-all" -> client.load(client.discovery("echo"), rest);
      case "call" -> client.load(client.call(), rest);
      default -> throw new IllegalArgumentException(args[2]);
    }
  }

  private static int number(List<String> args, int index) {
    return Integer.parseInt(args.get(index));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header("x-api-key", key)
        .header("content-type", "application/json")
        .timeout(Duration.ofMinutes(2));
  }

  private byte[] bytes(String method, String path, String headers, String body) {
    return PlainConnection.request(method, path, "X-API-Key: " + key + "\r\n" + headers, body);
  }

  private byte[] discovery(String capability) {
    String body =
        """
        {"capabilities": ["%s"], "filters": {"status": "active"},
         "loadBalancing": {"strategy": "least-loaded", "maxConnections": 3}}\
        """
            .formatted(capability);
    return bytes("POST", "/connections/discover", "", body);
  }

  private byte[] call() {
    String headers =
        """
        Accept: application/json, text/event-stream\r
        MCP-Protocol-Version: 2026-07-28\r
        Mcp-Method: tools/call\r
        Mcp-Name: echo\r
        """;
    String body =
        """
        {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{},\
        "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
        "io.modelcontextprotocol/clientCapabilities":{},\
        "io.modelcontextprotocol/clientInfo":{"name":"scale","version":"1"}}}}\
        """;
    return bytes("POST", "/pools/pool-0/mcp", headers, body);
  }

  private static String definition(int number, int port, int members) {
    int pool = number / members;
    String found =
        "\"pool\":\"pool-%d\",\"capabilities\":[\"echo\",\"tool-%d\"]".formatted(pool, pool);
    return port == 0
        ? "\"name\":\"client-%d\",\"type\":\"client\",\"protocol\":\"http\",%s"
            .formatted(number, found)
        : """
        "name":"server-%d","type":"server","protocol":"http",%s,\
        "endpoint":{"url":"http://127.0.0.1:%d/server/%d/mcp"}\
        """
            .formatted(number, found, port, number);
  }

  private void register(int from, int to, int port, int members)
      throws IOException, InterruptedException {
    long bytes = 0;
    long began = System.nanoTime();
    for (int start = from; start < to; start += BATCH) {
      String operations =
          IntStream.range(start, Math.min(to, start + BATCH))
              .mapToObj(number -> "{\"op\":\"register\"," + definition(number, port, members) + "}")
              .collect(Collectors.joining(","));
      bytes += operations.length();
      HttpResponse<String> answer =
          http.send(
              request("/connections/batch")
                  .POST(
                      HttpRequest.BodyPublishers.ofString("{\"operations\":[" + operations + "]}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200 || !answer.body().contains("\"failed\":0")) {
        throw new IOException("not registered: " + answer.body());
      }
    }
    print((System.nanoTime() - began) / NANOS_PER_SECOND, (double) bytes);
  }

  private void awaitHealthy(int count) throws IOException, InterruptedException {
    long began = System.nanoTime();
    HttpRequest health = request("/health").build();
    int healthy = 0;
    while (healthy < count) {
      if (System.nanoTime() - began > AT_MOST.toNanos()) {
        throw new IOException("of %d only %d are healthy".formatted(count, healthy));
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      Matcher found =
          HEALTHY.matcher(http.send(health, HttpResponse.BodyHandlers.ofString()).body());
      healthy = found.find() ? Integer.parseInt(found.group(1)) : 0;
    }
    print((System.nanoTime() - began) / NANOS_PER_SECOND);
  }

  /** Once as long to warm up, this client as well as the registry, and once more to count. */
  private void load(byte[] request, List<String> args) throws IOException, InterruptedException {
    int rate = number(args, 0);
    int count = rate * number(args, 1);
    load(request, rate, count);
    load(request, rate, count).print();
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Times(long[] nanos, int failed) {
    void print() {
      Arrays.sort(nanos);
      ScaleClient.print(
          nanos[nanos.length / 2] / NANOS_PER_MILLI,
          nanos[nanos.length * 99 / 100] / NANOS_PER_MILLI,
          nanos[nanos.length - 1] / NANOS_PER_MILLI,
          failed);
    }
  }

  /** Asks at a fixed rate, by connections that take turns: what is late counts from its turn. */
  private Times load(byte[] request, int rate, int count) throws IOException, InterruptedException {
    long[] nanos = new long[count];
    AtomicInteger failed = new AtomicInteger();
    List<Thread> connections = new ArrayList<>();
    long began = System.nanoTime();
    for (int first = 0; first < CONNECTIONS; first++) {
      PlainConnection connection = new PlainConnection(URI.create(url));
      int turn = first;
      connections.add(
          Thread.ofPlatform()
              .start(() -> {
                try (connection) {
                  for (int i = turn; i < count; i += CONNECTIONS) {
                    long due = began + i * 1_000_000_000L / rate;
                    LockSupport.parkNanos(due - System.nanoTime());
                    int status = connection.exchange(request);
                    nanos[i] = System.nanoTime() - due;
                    failed.addAndGet(status == 200 ? 0 : 1);
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }));
    }
    for (Thread connection : connections) {
      connection.join();
    }
    int unanswered = (int) Arrays.stream(nanos).filter(each -> each == 0).count();
    return new Times(nanos, failed.get() + unanswered);
  }

  private static void print(double... figures) {
    System.out.println(
        Arrays.stream(figures)
            .mapToObj(figure -> String.format(Locale.ROOT, "%.2f", figure))
            .collect(Collectors.joining(" ")));
  }
}
