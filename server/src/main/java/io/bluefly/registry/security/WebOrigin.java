package io.bluefly.registry.security;

import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Scheme, host and port of a URL; WebSocket addresses count as those of HTTP (RFC 6454, RFC 6455).
 *
 * @param scheme {@code http} or {@code https}
 * @param host in lower case, an IPv6 address in brackets
 */
public record WebOrigin(String scheme, String host, int port) {
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  /** The origin of {@code url}; null when it has none. */
  public static @Nullable WebOrigin of(URI url) {
    String host = url.getHost();
    String scheme =
        switch (Objects.requireNonNullElse(url.getScheme(), "").toLowerCase(Locale.ROOT)) {
          case "http", "ws" -> "http";
          case "https", "wss" -> "https";
          default -> null;
        };
    if (scheme == null || host == null) {
      return null;
    }
    int usual = scheme.equals("http") ? HTTP_PORT : HTTPS_PORT;
    int port = url.getPort() < 0 ? usual : url.getPort();
    return new WebOrigin(scheme, host.toLowerCase(Locale.ROOT), port);
  }

  /** As it is written in settings. */
  @Override
  public String toString() {
    boolean usual = port == (scheme.equals("http") ? HTTP_PORT : HTTPS_PORT);
    return scheme + "://" + host + (usual ? "" : ":" + port);
  }
}
