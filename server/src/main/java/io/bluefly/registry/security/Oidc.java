package io.bluefly.registry.security;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;

/**
 * Tokens of an issuer as credentials.
 *
 * @param authenticator knows whose they are
 * @param resource what clients are told
 */
public record Oidc(Authenticator authenticator, ProtectedResource resource) {
  private static final Pattern PUBLIC_URL =
      Pattern.compile("https?://[A-Za-z0-9.\\[\\]:-]+(?:/[A-Za-z0-9._~/-]+)?");
  private static final Duration LONGEST_SKEW = Duration.ofMinutes(10);

  /**
   * By the settings, of which {@code issuer} is set. The issuer is not asked before the first
   * token.
   *
   * @param issuer the issuer of the settings
   * @param publicUrl the registry's own address, as clients know it
   * @param fetcher gets the issuer's documents
   * @param executor may wait
   * @throws IllegalArgumentException with a sentence that names the setting that is wrong
   */
  public static Oidc open(
      OidcSettings settings,
      String issuer,
      String publicUrl,
      Fetcher fetcher,
      Executor executor,
      InstantSource clock) {
    String url =
        publicUrl.endsWith("/") ? publicUrl.substring(0, publicUrl.length() - 1) : publicUrl;
    that(PUBLIC_URL.matcher(url).matches(), "public-url", "must be like https://mcp.example.com");
    trusted("oidc.issuer", issuer);
    that(
        !settings.clockSkew().isNegative() && settings.clockSkew().compareTo(LONGEST_SKEW) <= 0,
        "oidc.clock-skew",
        "must be from 0s to 10m");
    Optional<URI> keysAt = settings.jwksUri().map(uri -> trusted("oidc.jwks-uri", uri));
    ClaimRules rules = rules(settings, issuer);
    TokenVerifier verifier =
        new TokenVerifier(
            new IssuerKeys(issuer, keysAt, fetcher, clock),
            new TokenAudience(url, Set.copyOf(settings.audience().orElse(List.of()))),
            rules,
            settings.clockSkew(),
            clock);
    List<String> scopes = rules.scopes().stream().sorted().map(ClaimRules::scope).toList();
    return new Oidc(
        new TokenAuthenticator(verifier::check, executor, clock),
        new ProtectedResource(url, issuer, scopes));
  }

  private static ClaimRules rules(OidcSettings settings, String issuer) {
    that(
        !settings.permissionsClaim().equals(ClaimRules.SCOPE_CLAIM)
            || !settings.roleMapping().isEmpty(),
        "oidc.permissions-claim",
        "may be scope only together with oidc.role-mapping: else every word of it would grant what"
            + " it names, whatever oidc.scopes says");
    Map<String, Set<Permission>> roles = new HashMap<>();
    settings
        .roleMapping()
        .forEach((role, names) -> roles.put(role, permissions("oidc.role-mapping." + role, names)));
    return new ClaimRules(
        issuer,
        settings.permissionsClaim(),
        roles,
        permissions("oidc.scopes", settings.scopes()),
        settings.poolsClaim(),
        settings.connectionsClaim(),
        settings.nameClaim());
  }

  private static Set<Permission> permissions(String setting, List<String> names) {
    Set<Permission> permissions = EnumSet.noneOf(Permission.class);
    for (String name : names) {
      Optional<Permission> permission = Permission.of(name.strip());
      that(permission.isPresent(), setting, "may have read, call, write, exec and admin");
      permission.ifPresent(permissions::add);
    }
    return permissions;
  }

  private static URI trusted(String setting, String url) {
    return IssuerUrls.trusted(url)
        .orElseThrow(
            () -> wrong(setting, "must be an https address; http only if it is on this machine"));
  }

  private static void that(boolean right, String setting, String rule) {
    if (!right) {
      throw wrong(setting, rule);
    }
  }

  private static IllegalArgumentException wrong(String setting, String rule) {
    return new IllegalArgumentException("The setting mcp-registry." + setting + " " + rule);
  }
}
