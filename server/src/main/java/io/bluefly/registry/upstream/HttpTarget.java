package io.bluefly.registry.upstream;

import io.bluefly.registry.connections.Endpoint.HttpEndpoint;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.security.UnknownSecretException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An HTTP endpoint with its secrets resolved: only for requests, never to be shown.
 *
 * @param origin where the server is
 * @param path path and query
 * @param headers by name in lower case
 */
public record HttpTarget(HttpOrigin origin, String path, Map<String, String> headers) {
  /** Resolves {@code endpoint}. */
  static HttpTarget of(HttpEndpoint endpoint, Secrets secrets) throws UpstreamException {
    try {
      return of(endpoint.url(), resolve(endpoint.headers(), secrets));
    } catch (UnknownSecretException e) {
      throw new UpstreamException(FailureReason.CONFIGURATION, e.getMessage());
    }
  }

  private static HttpTarget of(URI url, Map<String, String> headers) {
    boolean tls = "https".equalsIgnoreCase(url.getScheme());
    int port = url.getPort() >= 0 ? url.getPort() : HttpOrigin.usualPort(tls);
    String host = url.getHost();
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    return new HttpTarget(new HttpOrigin(bare, port, tls), path + query, headers);
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
    HttpTarget named = of(resolved, headers);
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

  static Map<String, String> resolve(Map<String, String> headers, Secrets secrets)
      throws UnknownSecretException {
    Map<String, String> resolved = new LinkedHashMap<>();
    for (Map.Entry<String, String> header : headers.entrySet()) {
      resolved.put(header.getKey().toLowerCase(Locale.ROOT), secrets.resolve(header.getValue()));
    }
    return resolved;
  }

  /** Address and port only: headers may hold secrets. */
  @Override
  public String toString() {
    return origin + path;
  }
}
