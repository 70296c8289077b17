package io.bluefly.registry.security;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The registry as OAuth 2.1 sees it: what clients are told so that they can log in by themselves
 * (RFC 9728, and the authorization part of MCP's specification).
 *
 * @param url the registry's own address, without a slash at its end
 * @param issuer who gives tokens for it
 * @param scopes what clients may ask the issuer for
 */
public record ProtectedResource(String url, String issuer, List<String> scopes) {
  /** Where metadata are; the path of an address of the registry may follow. */
  public static final String METADATA = "/.well-known/oauth-protected-resource";

  private static final Pattern QUOTABLE = Pattern.compile("[A-Za-z0-9/._~%:@!$&'()*+,;=-]*");
  private static final Pattern UNQUOTABLE = Pattern.compile("[^\\x20-\\x7e]|[\"\\\\]");

  /** Copies the scopes. */
  public ProtectedResource {
    scopes = List.copyOf(scopes);
  }

  /**
   * What {@code WWW-Authenticate} says to whoever sent nothing.
   *
   * @param path of the resource, empty for the registry as a whole
   * @param scope what it takes, with spaces between
   */
  public String challenge(String path, String scope) {
    return "Bearer realm=\"mcp-registry\", " + where(path) + ", scope=\"" + scope + "\"";
  }

  /** The same for whoever sent what is not good. */
  public String invalidToken(String path, String scope, String why) {
    return challenge(path, scope)
        + ", error=\"invalid_token\", error_description=\""
        + UNQUOTABLE.matcher(why).replaceAll(" ")
        + "\"";
  }

  /** The same for whoever may not do what takes {@code needed}. */
  public String insufficientScope(String path, Permission needed) {
    return challenge(path, ClaimRules.scope(needed)) + ", error=\"insufficient_scope\"";
  }

  /** What it takes to use the registry, as a word of the claim {@code scope}. */
  public static String scope(Permission permission) {
    return ClaimRules.scope(permission);
  }

  private String where(String path) {
    String plain = QUOTABLE.matcher(path).matches() ? path : "";
    return "resource_metadata=\"" + url + METADATA + plain + "\"";
  }
}
