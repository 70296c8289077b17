package io.bluefly.registry.security;

import java.net.URI;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names under which the registry may be addressed. A page that a browser got from elsewhere can
 * make it send requests here (DNS rebinding), but not with one of these as Host and Origin.
 */
public final class AllowedHosts {
  private static final Set<String> ALWAYS =
      Set.of("localhost", "127.0.0.1", "[::1]", "mcp-registry.local.bluefly.io");

  private final Set<String> hosts = new HashSet<>(ALWAYS);

  /** Allows the loopback names, the reference's domain, {@code boundTo} and {@code more}. */
  public AllowedHosts(String boundTo, Collection<String> more) {
    hosts.add(bracketed(boundTo));
    more.forEach(host -> hosts.add(bracketed(host)));
  }

  private static String bracketed(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.contains(":") && !lower.startsWith("[") ? "[" + lower + "]" : lower;
  }

  /** Whether a request with this Host header may pass; the port does not matter. */
  public boolean allowsHost(@Nullable String header) {
    if (header == null) {
      return false;
    }
    int colon = header.lastIndexOf(':');
    boolean port = colon > header.lastIndexOf(']');
    for (int i = colon + 1; port && i < header.length(); i++) {
      if (!Character.isDigit(header.charAt(i))) {
        return false;
      }
    }
    return hosts.contains((port ? header.substring(0, colon) : header).toLowerCase(Locale.ROOT));
  }

  /** Whether a request with this Origin header may pass; requests without one may. */
  public boolean allowsOrigin(@Nullable String header) {
    if (header == null) {
      return true;
    }
    try {
      URI origin = URI.create(header);
      boolean web = "http".equals(origin.getScheme()) || "https".equals(origin.getScheme());
      return web && origin.getHost() != null && hosts.contains(bracketed(origin.getHost()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
