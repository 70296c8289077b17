package io.bluefly.registry.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who the bearer of a token is and what they may do, by its claims. What is missing, empty or of a
 * wrong type grants nothing.
 *
 * @param issuer goes into ids, so that subjects of another issuer are other people
 * @param permissionsClaim has permissions; with {@code roles} what those are looked up by
 * @param roles what each word of it grants; empty where the words are permissions themselves
 * @param scopes what the words of that claim may grant
 * @param poolsClaim limits tokens to pools; one without it is for none
 * @param connectionsClaim the same with connections; what either has counts
 */
record ClaimRules(
    String issuer,
    String permissionsClaim,
    Map<String, Set<Permission>> roles,
    Set<Permission> scopes,
    Optional<String> poolsClaim,
    Optional<String> connectionsClaim,
    String nameClaim) {
  /** The claim whose {@code mcp:} words {@code scopes} limits. */
  static final String SCOPE_CLAIM = "scope";

  private static final String SCOPE_PREFIX = "mcp:";
  private static final String ALL = "*";
  private static final int LONGEST_NAME = 100;
  private static final int MAX_WORDS = 1_000;
  private static final int ID_DIGITS = 16;

  /** Copies the roles and scopes. */
  ClaimRules {
    roles = Map.copyOf(roles);
    scopes = Set.copyOf(scopes);
  }

  /** The word of {@code scope} that stands for a permission. */
  static String scope(Permission permission) {
    return SCOPE_PREFIX + permission.wire();
  }

  /**
   * Who {@code subject} is.
   *
   * @param part what of the registry the token is for
   * @param expiresAt until when it is good
   */
  Principal principal(
      String subject, Map<String, Object> claims, TokenAudience.Part part, Instant expiresAt) {
    Set<Permission> granted = permissions(claims);
    Scope scope = limits(claims);
    switch (part) {
      case TokenAudience.Part.Whole _ -> {}
      case TokenAudience.Part.Calls calls -> {
        granted.retainAll(Set.of(Permission.CALL));
        scope = scope.and(calls.scope());
      }
      case TokenAudience.Part.Nothing _ -> granted.clear();
    }
    if (!scope.isAll()) {
      granted.remove(Permission.ADMIN); // That is for the registry as a whole.
    }
    return new Principal(
        "oidc:" + issuerDigits() + ":" + subject, name(subject, claims), granted, scope, expiresAt);
  }

  private Set<Permission> permissions(Map<String, Object> claims) {
    Set<Permission> granted = EnumSet.noneOf(Permission.class);
    for (String word : split(claim(claims, permissionsClaim))) {
      granted.addAll(roles.isEmpty() ? named(word) : roles.getOrDefault(word, Set.of()));
    }
    for (String word : split(claims.get(SCOPE_CLAIM))) {
      if (word.startsWith(SCOPE_PREFIX)) {
        named(word).stream().filter(scopes::contains).forEach(granted::add);
      }
    }
    return granted;
  }

  private static Set<Permission> named(String word) {
    String name = word.startsWith(SCOPE_PREFIX) ? word.substring(SCOPE_PREFIX.length()) : word;
    return Permission.of(name).map(Set::of).orElse(Set.of());
  }

  private Scope limits(Map<String, Object> claims) {
    if (poolsClaim.isEmpty() && connectionsClaim.isEmpty()) {
      return Scope.ALL;
    }
    Set<String> pools = names(claims, poolsClaim);
    Set<String> connections = names(claims, connectionsClaim);
    if (pools.contains(ALL) || connections.contains(ALL)) {
      return Scope.ALL;
    }
    return pools.isEmpty() && connections.isEmpty() ? Scope.NONE : new Scope(pools, connections);
  }

  private static Set<String> names(Map<String, Object> claims, Optional<String> claim) {
    Object value = claim.map(name -> claim(claims, name)).orElse(null);
    return value instanceof String one ? words(List.of(one)) : words(value);
  }

  /** A list of words, or words with spaces between them (RFC 8693, 4.2). */
  private static Set<String> split(@Nullable Object value) {
    return value instanceof String text ? words(List.of(text.split(" ", -1))) : words(value);
  }

  private static Set<String> words(@Nullable Object value) {
    if (!(value instanceof Collection<?> list) || list.size() > MAX_WORDS) {
      return Set.of();
    }
    Set<String> words = new HashSet<>();
    for (Object each : list) {
      if (!(each instanceof String word)) {
        return Set.of();
      }
      words.add(word);
    }
    words.removeIf(String::isBlank);
    return words;
  }

  /** The claim of that name; else, where it has dots, what they lead to. */
  private static @Nullable Object claim(Map<String, Object> claims, String name) {
    if (claims.containsKey(name)) {
      return claims.get(name);
    }
    Object at = claims;
    for (String step : name.split("\\.", -1)) {
      at = at instanceof Map<?, ?> object ? object.get(step) : null;
    }
    return at;
  }

  private String name(String subject, Map<String, Object> claims) {
    String name = claim(claims, nameClaim) instanceof String told ? told : subject;
    boolean fit =
        !name.isBlank()
            && name.length() <= LONGEST_NAME
            && name.chars().noneMatch(Character::isISOControl);
    return fit ? name : subject;
  }

  private String issuerDigits() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(issuer.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, ID_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
