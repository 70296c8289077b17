package io.bluefly.registry.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows who has a token of the issuer. A token is checked once, elsewhere than on the event loop,
 * and then known until it expires, but not longer than the issuer's keys are fresh: one whose key
 * is withdrawn ends with it. One that is wrong is known for some seconds.
 */
public final class TokenAuthenticator implements Authenticator {
  /** Tokens that are known at once, and as many that are known to be wrong. */
  static final int MAX_TOKENS = 10_000;

  static final Duration REFUSED_FOR = Duration.ofSeconds(10);
  static final Duration UNDECIDED_FOR = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(TokenAuthenticator.class);
  private static final int CONCURRENT_CHECKS = 256;

  /** How a JWT begins: a JSON object in Base64. */
  private static final String BEGIN = "eyJ";

  private static final Identity NO_TOKEN =
      new Identity.Unknown("The key is unknown, and no token either");
  private static final Identity BUSY =
      new Identity.Undecided("Too many tokens are being checked; try again");
  private static final Identity FAILED =
      new Identity.Undecided("The token can't be checked; the registry's log tells what happened");

  private final Function<String, Identity> verifier;
  private final Executor executor;
  private final InstantSource clock;
  private final Identities known = new Identities(MAX_TOKENS);
  private final Identities refused = new Identities(MAX_TOKENS);
  private final Map<String, CompletableFuture<Identity>> pending = new ConcurrentHashMap<>();
  private final Semaphore places = new Semaphore(CONCURRENT_CHECKS);

  /**
   * Asks {@code verifier}, which may wait, on {@code executor}.
   *
   * @param verifier whose a token is; its answer is never pending
   */
  TokenAuthenticator(Function<String, Identity> verifier, Executor executor, InstantSource clock) {
    this.verifier = verifier;
    this.executor = executor;
    this.clock = clock;
  }

  @Override
  public Identity identify(@Nullable String credentials) {
    if (credentials == null || !isToken(credentials)) {
      return NO_TOKEN;
    }
    String digest = digest(credentials);
    Instant now = clock.instant();
    Identity found = known.find(digest, now);
    if (found == null) {
      found = refused.find(digest, now);
    }
    return found == null ? ask(digest, credentials) : found;
  }

  private static boolean isToken(String credentials) {
    int first = credentials.indexOf('.');
    int last = credentials.lastIndexOf('.');
    return credentials.startsWith(BEGIN)
        && first < last
        && credentials.indexOf('.', first + 1) == last;
  }

  private Identity ask(String digest, String token) {
    CompletableFuture<Identity> mine = new CompletableFuture<>();
    CompletableFuture<Identity> others = pending.putIfAbsent(digest, mine);
    if (others != null) {
      return new Identity.Pending(others);
    }
    if (!places.tryAcquire()) {
      pending.remove(digest);
      mine.complete(BUSY);
      return BUSY;
    }
    executor.execute(() -> check(digest, token, mine));
    return new Identity.Pending(mine);
  }

  private void check(String digest, String token, CompletableFuture<Identity> asked) {
    Identity found = FAILED;
    try {
      found = verifier.apply(token);
    } catch (RuntimeException | Error e) { // Whoever asks gets an answer in any case.
      log.error("A token can't be checked", e);
    } finally {
      places.release();
      remember(digest, found); // First: whoever is told asks again at once.
      pending.remove(digest);
      asked.complete(found);
    }
  }

  private void remember(String digest, Identity found) {
    Instant now = clock.instant();
    switch (found) {
      case Identity.Known one -> {
        Instant end = one.principal().expiresAt();
        Instant fresh = now.plus(IssuerKeys.FRESH);
        known.put(digest, one, end == null ? now : end.isBefore(fresh) ? end : fresh, now);
      }
      case Identity.Unknown _ -> refused.put(digest, found, now.plus(REFUSED_FOR), now);
      case Identity.Undecided _, Identity.Pending _ ->
          refused.put(digest, found, now.plus(UNDECIDED_FOR), now);
    }
  }

  private static String digest(String token) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Tokens that are remembered. */
  int remembered() {
    return known.size() + refused.size();
  }
}
