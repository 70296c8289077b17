package io.bluefly.registry.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * An issuer of tokens on a port of this machine: it describes itself, publishes its keys, and a
 * test says what is in its tokens. Nobody can log in to it.
 */
public final class TestIssuer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String METADATA = "/realm/.well-known/openid-configuration";
  private static final String KEYS = "/realm/keys";

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final List<SigningKey> keys = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private volatile boolean down;
  private volatile CountDownLatch gate = new CountDownLatch(0);

  private TestIssuer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(executor);
    server.createContext("/", this::answer);
    metadata.put("issuer", url());
    metadata.put("jwks_uri", url() + "/keys");
    keys.add(SigningKey.create("first", "RS256"));
    server.start();
  }

  /** Starts one with an RSA key. */
  public static TestIssuer start() throws IOException {
    return new TestIssuer();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    asked.add(path);
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try (exchange) {
      @Nullable Object document = down ? null : document(path);
      byte[] body = JSON.writeValueAsBytes(document);
      exchange.getResponseHeaders().add("Location", url() + "/elsewhere");
      exchange.sendResponseHeaders(down ? 302 : document == null ? 404 : 200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private @Nullable Object document(String path) {
    return switch (path) {
      case METADATA -> metadata;
      case KEYS -> Map.of("keys", keys.stream().map(SigningKey::jwk).toList());
      default -> null;
    };
  }

  /** The issuer's name. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/realm";
  }

  /** The key that it signs with now. */
  public SigningKey key() {
    return keys.getLast();
  }

  /** From now on it signs with another key, and knows the old ones no more. */
  public SigningKey rotate(String id, String algorithm) {
    SigningKey key = SigningKey.create(id, algorithm);
    keys.add(key);
    keys.removeIf(old -> !old.equals(key));
    return key;
  }

  /** Changes what it says of itself. */
  public void describe(String name, Object value) {
    metadata.put(name, value);
  }

  /** Whether it leads whoever asks elsewhere instead of answering. */
  public void down(boolean now) {
    down = now;
  }

  /** From now on it answers when {@link #release} is called. */
  public void hold() {
    gate = new CountDownLatch(1);
  }

  /** Ends {@link #hold}. */
  public void release() {
    gate.countDown();
  }

  /** The paths that it was asked for. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  /** How often it was asked for its keys. */
  public int timesAskedForKeys() {
    return (int) asked.stream().filter(KEYS::equals).count();
  }

  /**
   * A token that is good for five minutes, with these claims beside or instead of the usual ones.
   */
  public String token(Map<String, ?> claims) {
    return key().token(claims(Instant.now(), claims));
  }

  /** The claims of a token that is made at {@code now}; a null among {@code others} is left out. */
  public Map<String, Object> claims(Instant now, Map<String, ? extends @Nullable Object> others) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", url());
    claims.put("sub", "alice");
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.getEpochSecond() + 300);
    others.forEach((name, value) -> {
      if (value == null) {
        claims.remove(name);
      } else {
        claims.put(name, value);
      }
    });
    return claims;
  }

  @Override
  public void close() {
    release();
    server.stop(0);
    executor.shutdownNow();
  }
}
