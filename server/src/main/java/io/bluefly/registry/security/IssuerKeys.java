package io.bluefly.registry.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that an issuer signs with. They are read again every five minutes, and when a token
 * names a key that is not among them; while the issuer can't be reached, those that are known count
 * for an hour. Its methods may wait.
 */
final class IssuerKeys {
  private static final Logger log = LoggerFactory.getLogger(IssuerKeys.class);

  static final Duration FRESH = Duration.ofMinutes(5);
  static final Duration KEPT = Duration.ofHours(1);

  /** Whoever makes up key ids must not make us ask the issuer all the time. */
  static final Duration PAUSE = Duration.ofSeconds(30);

  /** Until then nobody with a token is let in. */
  static final Duration PAUSE_WITHOUT_KEYS = Duration.ofSeconds(2);

  private static final int MAX_KEYS = 100;

  private record Known(JWKSet keys, Instant at) {}

  private final String issuer;
  private final Optional<URI> address;
  private final Fetcher fetcher;
  private final InstantSource clock;
  private final AtomicReference<@Nullable CompletableFuture<Boolean>> reading =
      new AtomicReference<>();
  private volatile @Nullable Known known;
  private volatile Instant nextReading = Instant.MIN;

  /**
   * Reads nothing yet.
   *
   * @param address where the keys are, if that need not be found out
   */
  IssuerKeys(String issuer, Optional<URI> address, Fetcher fetcher, InstantSource clock) {
    this.issuer = issuer;
    this.address = address;
    this.fetcher = fetcher;
    this.clock = clock;
  }

  /**
   * The keys that may have made a signature with this header; none when nobody knows such a key.
   *
   * @throws IssuerException when the issuer's keys are not to be had
   */
  List<JWK> find(JWSHeader header) throws IssuerException {
    JWKSelector selector = new JWKSelector(JWKMatcher.forJWSHeader(header));
    if (!isYoungerThan(FRESH)) {
      read();
    }
    List<JWK> found = selector.select(current());
    if (found.isEmpty()) {
      read();
      found = selector.select(current());
    }
    return found;
  }

  private JWKSet current() throws IssuerException {
    Known now = known;
    if (now == null || !isYoungerThan(KEPT)) {
      throw new IssuerException();
    }
    return now.keys;
  }

  private boolean isYoungerThan(Duration age) {
    Known now = known;
    return now != null && clock.instant().isBefore(now.at.plus(age));
  }

  /** One asks the issuer, and the others wait for its answer; not more often than it may be. */
  private void read() {
    CompletableFuture<Boolean> mine = new CompletableFuture<>();
    CompletableFuture<Boolean> others = reading.compareAndExchange(null, mine);
    if (others != null) {
      others.join(); // Ends: every fetch has a deadline.
      return;
    }
    try {
      if (!clock.instant().isBefore(nextReading)) {
        readNow();
      }
    } finally {
      reading.set(null);
      mine.complete(true);
    }
  }

  private void readNow() {
    boolean first = known == null;
    try {
      known = new Known(publicKeys(text(keysAt())), clock.instant());
      // A key may be new since the first time, and nobody has asked twice then.
      nextReading = first ? clock.instant() : clock.instant().plus(PAUSE);
    } catch (IOException | ParseException | RuntimeException e) { // The parser's own defects, too.
      nextReading = clock.instant().plus(first ? PAUSE_WITHOUT_KEYS : PAUSE);
      log.warn("The keys of the issuer {} can't be read: {}", issuer, e.getMessage());
    }
  }

  private static JWKSet publicKeys(String document) throws ParseException {
    List<JWK> keys = JWKSet.parse(document).getKeys();
    if (keys.size() > MAX_KEYS) {
      throw new ParseException("there are more than " + MAX_KEYS + " keys", 0);
    }
    return new JWKSet(keys).toPublicJWKSet();
  }

  private URI keysAt() throws IOException {
    return address.isPresent() ? address.get() : keysByMetadata();
  }

  private URI keysByMetadata() throws IOException {
    IOException last = new IOException("nothing describes the issuer");
    for (URI at : IssuerUrls.metadata(issuer)) {
      try {
        return keysBy(at, JSONObjectUtils.parse(text(at)));
      } catch (ParseException e) {
        last = new IOException(at + " is no JSON object", e);
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }

  private URI keysBy(URI at, Map<String, Object> metadata) throws IOException {
    if (!issuer.equals(metadata.get("issuer"))) {
      throw new IOException(at + " describes another issuer; set oidc.issuer to what it says");
    }
    return IssuerUrls.trusted(metadata.get("jwks_uri") instanceof String uri ? uri : null)
        .orElseThrow(() -> new IOException("the jwks_uri in " + at + " is missing or no HTTPS"));
  }

  private String text(URI at) throws IOException {
    return new String(fetcher.fetch(at), UTF_8);
  }
}
