package io.bluefly.registry.cli.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the registry is.
 *
 * @param base begins with http:// or https:// and does not end with a slash
 */
public record RegistryAddress(String base) {
  /**
   * The address that was given, else {@code MCP_REGISTRY_URL}, else the one that a registry started
   * with the same environment listens on.
   *
   * @throws CliException when it is no address
   */
  public static RegistryAddress of(@Nullable String given, Map<String, String> environment) {
    String url = named(given, environment);
    return checked(url.isBlank() ? local(environment) : url.strip());
  }

  private static String named(@Nullable String given, Map<String, String> environment) {
    return given == null ? environment.getOrDefault("MCP_REGISTRY_URL", "") : given;
  }

  /** Whether it is the one of a registry started with the same environment. */
  static boolean isLocal(@Nullable String given, Map<String, String> environment) {
    return named(given, environment).isBlank();
  }

  private static String local(Map<String, String> environment) {
    return (environment.containsKey("MCP_REGISTRY_TLS_CERTIFICATE") ? "https://" : "http://")
        + reachable(environment.getOrDefault("MCP_REGISTRY_HOST", "127.0.0.1"))
        + ":"
        + environment.getOrDefault("MCP_REGISTRY_PORT", "3000");
  }

  /** A server may listen on all addresses; a client needs one of them. */
  private static String reachable(String host) {
    return switch (host) {
      case "", "0.0.0.0" -> "127.0.0.1";
      case "::", "[::]" -> "[::1]";
      default -> host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    };
  }

  private static RegistryAddress checked(String url) {
    try {
      URI uri = new URI(url);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getQuery() == null && uri.getFragment() == null) {
        return new RegistryAddress(url.replaceAll("/+$", ""));
      }
    } catch (URISyntaxException e) {
      // Said below, as for any address that is none.
    }
    throw CliException.usage(
        "The registry's address must be one like http://127.0.0.1:3000, not '" + url + "'");
  }

  /** The address of {@code path}, which begins with a slash and is encoded. */
  URI at(String path) {
    return URI.create(base + path);
  }

  /** {@code text} as a segment of a path or a value of a query. */
  public static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
