package io.bluefly.registry.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks access tokens that are JWTs (RFC 9068, OAuth 2.1 section 5.2): type, algorithm, signature,
 * issuer, audience, times and subject. Waits where the issuer has to be asked.
 */
final class TokenVerifier {
  /** Public keys only: with a shared secret everybody who can check tokens could make them. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512,
          JWSAlgorithm.EdDSA,
          JWSAlgorithm.Ed25519);

  private static final Set<JOSEObjectType> TYPES =
      Set.of(
          JOSEObjectType.JWT,
          new JOSEObjectType("at+jwt"),
          new JOSEObjectType("application/at+jwt"));

  private static final int LONGEST_SUBJECT = 255;

  private final String issuer;
  private final IssuerKeys keys;
  private final TokenAudience audience;
  private final ClaimRules rules;
  private final Duration skew;
  private final InstantSource clock;

  TokenVerifier(
      IssuerKeys keys,
      TokenAudience audience,
      ClaimRules rules,
      Duration skew,
      InstantSource clock) {
    this.issuer = rules.issuer();
    this.keys = keys;
    this.audience = audience;
    this.rules = rules;
    this.skew = skew;
    this.clock = clock;
  }

  /** Whose {@code token} it is; never pending. */
  Identity check(String token) {
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      String wrong = wrongHeader(jwt.getHeader());
      if (wrong == null) {
        wrong = wrongSignature(jwt);
      }
      return wrong == null ? check(jwt.getJWTClaimsSet()) : new Identity.Unknown(wrong);
    } catch (ParseException e) {
      return new Identity.Unknown("The token is no signed JWT");
    } catch (IssuerException e) {
      return new Identity.Undecided("The issuer of tokens can't be reached; try again");
    }
  }

  private static @Nullable String wrongHeader(JWSHeader header) {
    if (!ALGORITHMS.contains(header.getAlgorithm())) {
      return "The token's algorithm is not accepted: it takes RS, PS or ES with 256, 384 or 512, or"
          + " EdDSA";
    }
    JOSEObjectType type = header.getType();
    boolean critical = header.getCriticalParams() != null && !header.getCriticalParams().isEmpty();
    return critical || (type != null && !TYPES.contains(type))
        ? "The token is no access token"
        : null;
  }

  private @Nullable String wrongSignature(SignedJWT jwt) throws IssuerException {
    List<JWK> candidates = keys.find(jwt.getHeader());
    if (candidates.isEmpty()) {
      return "The token is signed with a key that its issuer does not have";
    }
    return candidates.stream().anyMatch(key -> isSigned(jwt, key))
        ? null
        : "The token's signature is wrong";
  }

  private static boolean isSigned(SignedJWT jwt, JWK key) {
    try {
      return switch (key) {
        case RSAKey rsa -> jwt.verify(new RSASSAVerifier(rsa));
        case ECKey ec -> jwt.verify(new ECDSAVerifier(ec));
        case OctetKeyPair okp ->
            Ed25519.verifies(okp, jwt.getSigningInput(), jwt.getSignature().decode());
        default -> false; // The library's type is open: a kind of key that nobody knows here.
      };
    } catch (JOSEException | GeneralSecurityException e) {
      return false;
    }
  }

  private Identity check(JWTClaimsSet claims) {
    TokenAudience.Part part = audience.of(claims.getAudience());
    String wrong = wrongOrigin(claims, part);
    if (wrong == null) {
      wrong = wrongTime(claims);
    }
    String subject = claims.getSubject();
    Date expiry = claims.getExpirationTime();
    if (wrong != null || subject == null || expiry == null) {
      return new Identity.Unknown(String.valueOf(wrong));
    }
    return new Identity.Known(
        rules.principal(subject, claims.getClaims(), part, expiry.toInstant().plus(skew)));
  }

  private @Nullable String wrongOrigin(JWTClaimsSet claims, TokenAudience.Part part) {
    if (!issuer.equals(claims.getIssuer())) {
      return "The token is of another issuer";
    }
    if (part instanceof TokenAudience.Part.Nothing) {
      return "The token is for another audience";
    }
    if (isIdToken(claims.getClaims())) {
      return "The token is no access token";
    }
    return isFit(claims.getSubject()) ? null : "The token names no subject";
  }

  /** OpenID Connect Core 2 and 3.3.2.11; Keycloak says it in so many words. */
  private static boolean isIdToken(Map<String, Object> claims) {
    return claims.containsKey("at_hash")
        || claims.containsKey("c_hash")
        || "ID".equals(claims.get("typ"));
  }

  private static boolean isFit(@Nullable String subject) {
    return subject != null
        && !subject.isBlank()
        && subject.length() <= LONGEST_SUBJECT
        && subject.chars().noneMatch(Character::isISOControl);
  }

  private @Nullable String wrongTime(JWTClaimsSet claims) {
    Instant now = clock.instant();
    Date expiry = claims.getExpirationTime();
    Date begin = claims.getNotBeforeTime();
    if (expiry == null) {
      return "The token does not say when it expires";
    }
    if (!now.isBefore(expiry.toInstant().plus(skew))) {
      return "The token has expired";
    }
    return begin != null && now.isBefore(begin.toInstant().minus(skew))
        ? "The token is not valid yet"
        : null;
  }
}
