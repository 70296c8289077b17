package io.bluefly.registry.security;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * For what of the registry a token is, by its {@code aud}: all of it; or, where the issuer names
 * the resource that the client asked for (RFC 8707), calls at that address only.
 *
 * @param publicUrl the registry's own address, without a slash at its end
 * @param names what else stands for all of the registry
 */
record TokenAudience(String publicUrl, Set<String> names) {
  private static final Pattern MCP =
      Pattern.compile("/(?:(pools|connections)/([^/?#]+)/)?(?:mcp|sse|messages)");

  /** For what a token is. */
  sealed interface Part {
    /** All of the registry. */
    record Whole() implements Part {}

    /** Calls at addresses of the data plane. */
    record Calls(Scope scope) implements Part {}

    /** Nothing of the registry. */
    record Nothing() implements Part {}
  }

  /** Copies the names. */
  TokenAudience {
    names = Set.copyOf(names);
  }

  /** For what a token with this {@code aud} is. */
  Part of(Collection<String> audience) {
    Set<String> pools = new HashSet<>();
    Set<String> connections = new HashSet<>();
    boolean allPools = false;
    for (String each : audience) {
      if (names.contains(each) || each.equals(publicUrl) || each.equals(publicUrl + "/")) {
        return new Part.Whole();
      }
      Matcher mcp =
          MCP.matcher(each.startsWith(publicUrl) ? each.substring(publicUrl.length()) : "");
      if (mcp.matches()) {
        allPools |= mcp.group(1) == null;
        addTo("pools".equals(mcp.group(1)) ? pools : connections, mcp);
      }
    }
    if (allPools) {
      return new Part.Calls(Scope.ALL);
    }
    boolean none = pools.isEmpty() && connections.isEmpty();
    return none ? new Part.Nothing() : new Part.Calls(new Scope(pools, connections));
  }

  private static void addTo(Set<String> names, Matcher mcp) {
    if (mcp.group(2) != null) {
      names.add(mcp.group(2));
    }
  }
}
