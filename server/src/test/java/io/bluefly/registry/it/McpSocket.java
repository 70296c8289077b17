package io.bluefly.registry.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.RegistryProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A client that speaks MCP over a WebSocket, message by message. */
final class McpSocket implements AutoCloseable {
  private static final int SECONDS = 15;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private int requests;

  /** Opens it at {@code path}; throws what the handshake fails with. */
  McpSocket(RegistryProcess registry, String path, String... subprotocols)
      throws IOException, InterruptedException {
    this(registry.key(), registry, path, subprotocols);
  }

  /** The same as whoever has {@code key}. */
  McpSocket(String key, RegistryProcess registry, String path, String... subprotocols)
      throws IOException, InterruptedException {
    WebSocket.Builder builder = http.newWebSocketBuilder().header("Authorization", "Bearer " + key);
    if (subprotocols.length > 0) {
      String[] others = new String[subprotocols.length - 1];
      System.arraycopy(subprotocols, 1, others, 0, others.length);
      builder.subprotocols(subprotocols[0], others);
    }
    URI url = URI.create(registry.url().replace("http:", "ws:") + path);
    try {
      this.socket = builder.buildAsync(url, new Listener()).get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("no handshake", e);
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        received.add(parse(text.toString()));
        text.setLength(0);
      }
      return WebSocket.Listener.super.onText(from, data, last);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      closed.complete(code);
      return WebSocket.Listener.super.onClose(from, code, reason);
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closed.complete(0);
    }
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String subprotocol() {
    return socket.getSubprotocol();
  }

  /** Sends text as it is. */
  void raw(String text) throws Exception {
    socket.sendText(text, true).get(SECONDS, TimeUnit.SECONDS);
  }

  /** Sends text that the other side need not take; it may close the socket instead. */
  void tryRaw(String text) {
    var _ = socket.sendText(text, true);
  }

  void binary(byte[] bytes) throws Exception {
    socket.sendBinary(ByteBuffer.wrap(bytes), true).get(SECONDS, TimeUnit.SECONDS);
  }

  /** Sends a request of a legacy client, JSON with single quotes, and returns its id. */
  int begin(String method, String params) throws Exception {
    requests++;
    send("{'jsonrpc':'2.0','id':%d,'method':'%s','params':%s}".formatted(requests, method, params));
    return requests;
  }

  /** The same for a modern client that declares {@code capabilities}. */
  int beginModern(String capabilities, String method, String params) throws Exception {
    ObjectNode all = (ObjectNode) parse(params.replace('\'', '"'));
    all.withObject("/_meta")
        .put("io.modelcontextprotocol/protocolVersion", "2026-07-28")
        .set("io.modelcontextprotocol/clientCapabilities", parse(capabilities.replace('\'', '"')));
    return begin(method, all.toString());
  }

  void send(String json) throws Exception {
    raw(json.replace('\'', '"'));
  }

  JsonNode request(String method, String params) throws Exception {
    return response(begin(method, params));
  }

  JsonNode modern(String capabilities, String method, String params) throws Exception {
    return response(beginModern(capabilities, method, params));
  }

  /** Says hello as a legacy client. */
  JsonNode initialize(String capabilities) throws Exception {
    JsonNode answer =
        request(
            "initialize",
            "{'protocolVersion':'2025-11-25','capabilities':%s,".formatted(capabilities)
                + "'clientInfo':{'name':'socket','version':'1'}}");
    send("{'jsonrpc':'2.0','method':'notifications/initialized'}");
    return answer;
  }

  /** The response to a request; what comes before it is dropped. */
  JsonNode response(int id) throws Exception {
    return next(m -> !m.has("method") && m.path("id").asInt() == id);
  }

  /** The next notification or request of the other side with this method. */
  JsonNode heard(String method) throws Exception {
    return next(m -> m.path("method").asText().equals(method));
  }

  JsonNode next(Predicate<JsonNode> wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    StringBuilder others = new StringBuilder();
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      JsonNode message = received.poll(left, TimeUnit.NANOSECONDS);
      if (message != null && wanted.test(message)) {
        return message;
      }
      others.append(message).append('\n');
    }
    throw new AssertionError("did not come; what came: " + others);
  }

  /** What has come and nobody has looked at. */
  BlockingQueue<JsonNode> unread() {
    return received;
  }

  /** With which code the other side closes. */
  int closeCode() throws Exception {
    return closed.get(SECONDS, TimeUnit.SECONDS);
  }

  /** Breaks the connection off without a word. */
  void abort() {
    socket.abort();
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }
}
