package io.bluefly.registry.upstream;

import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.SecretUser;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.security.UnknownSecretException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * An HTTP endpoint with its secrets resolved: only for requests, never to be shown.
 *
 * @param origin where the server is
 * @param path path and query
 * @param own the registry's own headers
 * @param guard says to which address a connection may be made
 */
public record HttpTarget(HttpOrigin origin, String path, OwnHeaders own, EgressGuard guard) {
  private static final int LAST_PRINTABLE = 0x7E;

  /** What a URL means. */
  static HttpTarget of(URI url, OwnHeaders headers, EgressGuard guard) {
    boolean tls =
        "https".equalsIgnoreCase(url.getScheme()) || "wss".equalsIgnoreCase(url.getScheme());
    int port = url.getPort() >= 0 ? url.getPort() : HttpOrigin.usualPort(tls);
    String host = url.getHost();
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    return new HttpTarget(new HttpOrigin(bare, port, tls), path + query, headers, guard);
  }

  /** The registry's own headers as they are now, by name in lower case. */
  public Map<String, String> headers() {
    return own.now();
  }

  /**
   * The server has refused {@code used}, which {@link #headers} gave, with HTTP 401.
   *
   * @return true as soon as there are others to try with, false when there are none; never fails
   */
  public CompletableFuture<Boolean> renewed(Map<String, String> used) {
    return own.renewed(used);
  }

  /** The address to connect to for a new connection. */
  CompletableFuture<InetAddress> address() {
    return guard.resolve(origin.host());
  }

  /**
   * What {@code reference}, which the server named, points to from here, with the same headers.
   *
   * @throws UpstreamException when it is no address, or one of another origin: what is sent there
   *     may hold secrets
   */
  HttpTarget resolve(String reference) throws UpstreamException {
    URI resolved;
    try {
      // java.net.URI loses the last segment of the path when a reference is only a query.
      String full =
          reference.startsWith("?") ? path.replaceFirst("\\?.*", "") + reference : reference;
      resolved = new URI(origin + path).resolve(new URI(full));
    } catch (URISyntaxException e) {
      throw new UpstreamException(
          FailureReason.PROTOCOL, "the server names an endpoint that is no address");
    }
    boolean http =
        "http".equalsIgnoreCase(resolved.getScheme())
            || "https".equalsIgnoreCase(resolved.getScheme());
    if (!http || resolved.getHost() == null || resolved.getRawUserInfo() != null) {
      throw otherOrigin();
    }
    HttpTarget named = of(resolved, own, guard);
    HttpOrigin other = named.origin;
    boolean same = other.tls() == origin.tls() && other.port() == origin.port();
    if (!same || !other.host().equalsIgnoreCase(origin.host())) {
      throw otherOrigin();
    }
    return named;
  }

  private static UpstreamException otherOrigin() {
    return new UpstreamException(
        FailureReason.PROTOCOL,
        "the server names an endpoint of another origin; messages are not sent there");
  }

  /**
   * Headers of an endpoint with their secrets, by name in lower case.
   *
   * @param url where they are sent
   */
  static Map<String, String> resolve(URI url, Map<String, String> headers, Secrets secrets)
      throws UpstreamException {
    SecretUser user = new SecretUser.Address(url);
    Map<String, String> resolved = new LinkedHashMap<>();
    for (Map.Entry<String, String> header : headers.entrySet()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      try {
        resolved.put(name, fit(name, secrets.resolve(header.getValue(), user)));
      } catch (UnknownSecretException e) {
        throw new UpstreamException(FailureReason.CONFIGURATION, e.getMessage());
      }
    }
    return resolved;
  }

  /** A secret may have several lines, which no header may. */
  private static String fit(String name, String value) throws UpstreamException {
    if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c > LAST_PRINTABLE)) {
      throw new UpstreamException(
          FailureReason.CONFIGURATION,
          "the secret in the header " + name + " has characters that no header may have");
    }
    return value;
  }

  /** Without headers and query, which may hold secrets. */
  @Override
  public String toString() {
    int query = path.indexOf('?');
    return origin + (query < 0 ? path : path.substring(0, query));
  }
}
