package io.bluefly.registry.testkit.server;

import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps web pages of elsewhere out: DNS rebinding. */
final class LocalOnly {
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  private LocalOnly() {}

  static boolean allows(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    return isLocal("http://" + request.getHeader("Host")) && (origin == null || isLocal(origin));
  }

  private static boolean isLocal(String url) {
    String host = host(url);
    return host != null && LOCAL.contains(host);
  }

  private static @Nullable String host(String url) {
    try {
      return URI.create(url).getHost();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
