package io.bluefly.registry.security;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which addresses of an issuer may be asked, and where it describes itself. */
final class IssuerUrls {
  private static final String OPENID = "/.well-known/openid-configuration";
  private static final String OAUTH = "/.well-known/oauth-authorization-server";

  private IssuerUrls() {}

  /** The address, if it may be trusted: HTTPS, or HTTP that does not leave this machine. */
  static Optional<URI> trusted(@Nullable String url) {
    if (url == null) {
      return Optional.empty();
    }
    try {
      URI uri = new URI(url);
      boolean plain = "http".equals(uri.getScheme()) && isLoopback(uri.getHost());
      boolean whole =
          uri.getHost() != null && uri.getUserInfo() == null && uri.getFragment() == null;
      return Optional.of(uri).filter(_ -> whole && (plain || "https".equals(uri.getScheme())));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static boolean isLoopback(@Nullable String host) {
    return "localhost".equals(host) || "127.0.0.1".equals(host) || "[::1]".equals(host);
  }

  /**
   * Where its metadata may be, the likeliest first: as OpenID Connect Discovery 1.0 has it, and as
   * RFC 8414 (3.1 and 5) has it.
   */
  static List<URI> metadata(String issuer) {
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    URI uri = URI.create(base);
    String path = uri.getRawPath();
    String origin = base.substring(0, base.length() - path.length());
    return path.isEmpty()
        ? List.of(URI.create(origin + OPENID), URI.create(origin + OAUTH))
        : List.of(
            URI.create(base + OPENID),
            URI.create(origin + OAUTH + path),
            URI.create(origin + OPENID + path));
  }
}
