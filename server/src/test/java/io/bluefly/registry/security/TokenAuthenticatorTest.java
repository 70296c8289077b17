package io.bluefly.registry.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bluefly.registry.testkit.ManualClock;
import io.bluefly.registry.testkit.SigningKey;
import io.bluefly.registry.testkit.TestIssuer;
import io.bluefly.registry.upstream.GuardedFetcher;
import io.vertx.core.Vertx;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenAuthenticatorTest {
  private static final Instant START = Instant.parse("2027-01-15T10:00:00Z");
  private static final String URL = "https://mcp.example.com";
  private static final Vertx VERTX = Vertx.vertx();
  private static final Fetcher PATIENT = fetcher(Duration.ofSeconds(20));
  private static final Duration SKEW = Duration.ofSeconds(60);

  private final ManualClock clock = new ManualClock(START);
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private TestIssuer issuer;
  private Authenticator authenticator;

  @BeforeEach
  void start() throws Exception {
    issuer = TestIssuer.start();
    authenticator = authenticator(new TestOidc());
  }

  @AfterEach
  void stop() {
    issuer.close();
    executor.shutdownNow();
  }

  private static Fetcher fetcher(Duration deadline) {
    return new GuardedFetcher(VERTX, new EgressGuard(new AddressRules(true, List.of())), deadline);
  }

  @AfterAll
  static void close() {
    VERTX.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  private Authenticator authenticator(OidcSettings settings) {
    return Oidc.open(settings, issuer.url(), URL, PATIENT, executor, clock).authenticator();
  }

  /** A token whose claims differ from those of a good one. */
  private String token(@Nullable Object... claims) {
    return issuer.key().token(claims(claims));
  }

  private Map<String, Object> claims(@Nullable Object... claims) {
    Map<String, @Nullable Object> others = new HashMap<>();
    others.put("aud", "registry");
    others.put("mcp_permissions", List.of("read", "call"));
    for (int i = 0; i < claims.length; i += 2) {
      others.put(String.valueOf(claims[i]), claims[i + 1]);
    }
    return issuer.claims(clock.instant(), others);
  }

  private Identity identify(String token) throws Exception {
    return identify(authenticator, token);
  }

  private static Identity identify(Authenticator authenticator, String token) throws Exception {
    Identity found = authenticator.identify(token);
    return found instanceof Identity.Pending pending
        ? pending.later().toCompletableFuture().get(20, TimeUnit.SECONDS)
        : found;
  }

  private Principal known(String token) throws Exception {
    return known(authenticator, token);
  }

  private static Principal known(Authenticator authenticator, String token) throws Exception {
    Identity found = identify(authenticator, token);
    assertThat(found).isInstanceOf(Identity.Known.class);
    return ((Identity.Known) found).principal();
  }

  private String refused(String token) throws Exception {
    Identity found = identify(token);
    assertThat(found).isInstanceOf(Identity.Unknown.class);
    return ((Identity.Unknown) found).why();
  }

  @Test
  void aGoodTokenIsItsSubjects() throws Exception {
    String token = token("preferred_username", "Alice");
    Principal alice = known(token);

    assertThat(alice.id()).matches("oidc:[0-9a-f]{16}:alice");
    assertThat(alice.name()).isEqualTo("Alice");
    assertThat(alice.permissions()).containsOnly(Permission.READ, Permission.CALL);
    assertThat(alice.scope().isAll()).isTrue();
    assertThat(alice.expiresAt()).isEqualTo(START.plusSeconds(300).plus(SKEW));
    assertThat(known(token("jti", "2")).id()).isEqualTo(alice.id());
    assertThat(known(token("sub", "bob")).id()).isNotEqualTo(alice.id());
  }

  @Test
  void aKnownTokenIsToldAtOnceUntilItExpires() throws Exception {
    String token = token();
    assertThat(authenticator.identify(token)).isInstanceOf(Identity.Pending.class);
    known(token);

    clock.advance(IssuerKeys.FRESH.minusSeconds(1));
    assertThat(authenticator.identify(token)).isInstanceOf(Identity.Known.class);
    clock.advance(Duration.ofSeconds(60));
    known(token);
    clock.advance(Duration.ofSeconds(1));
    assertThat(refused(token)).isEqualTo("The token has expired");
  }

  @Test
  void aWrongTokenIsNotCheckedAgainForSomeSeconds() throws Exception {
    String token = token("iss", "https://elsewhere.example");
    assertThat(refused(token)).contains("another issuer");

    assertThat(authenticator.identify(token)).isInstanceOf(Identity.Unknown.class);
    clock.advance(TokenAuthenticator.REFUSED_FOR);
    assertThat(authenticator.identify(token)).isInstanceOf(Identity.Pending.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "mcpr_key", "a.b.c", "eyJ.x", "eyJ.a.b.c", "eyJ...."})
  void whatIsNoTokenIsToldAtOnce(String credentials) {
    assertThat(authenticator.identify(credentials)).isInstanceOf(Identity.Unknown.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"eyJ..", "eyJhbGciOiJSUzI1NiJ9.e30.", "eyJhbGciOiJSUzI1NiJ9.!.!", "eyJ€.a.b"})
  void brokenTokensAreRefused(String token) throws Exception {
    assertThat(refused(token)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "PS256", "ES256", "EdDSA"})
  void everyAlgorithmOfPublicKeysIsChecked(String algorithm) throws Exception {
    SigningKey key = issuer.rotate("another", algorithm);
    known(token());

    String forged = SigningKey.create("another", algorithm).token(claims());
    assertThat(refused(forged)).isEqualTo("The token's signature is wrong");
    String changed = token("sub", "alice2");
    String good = key.token(claims("sub", "carol"));
    assertThat(
            refused(
                good.substring(0, good.lastIndexOf('.'))
                    + changed.substring(changed.lastIndexOf('.'))))
        .isEqualTo("The token's signature is wrong");
  }

  @Test
  void unsignedTokensAreRefused() throws Exception {
    String unsigned = SigningKey.unsigned(Map.of("alg", "none"), claims()) + ".";
    assertThat(refused(unsigned)).contains("no signed JWT");
    String claimed = SigningKey.unsigned(Map.of("alg", "RS256", "kid", "first"), claims()) + ".";
    assertThat(refused(claimed)).isNotEmpty();
  }

  @Test
  void thePublicKeyIsNoSharedSecret() throws Exception {
    String input = SigningKey.unsigned(Map.of("alg", "HS256", "kid", "first"), claims());
    byte[] publicKey = issuer.key().pair().getPublic().getEncoded();
    assertThat(refused(input + "." + SigningKey.text(hmac(publicKey, input))))
        .contains("algorithm is not accepted");
  }

  private static byte[] hmac(byte[] key, String input)
      throws NoSuchAlgorithmException, InvalidKeyException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(input.getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource({"JWT, true", "at+jwt, true", "AT+JWT, true", "logout+jwt, false", "dpop+jwt, false"})
  void onlyAccessTokensCount(String type, boolean counts) throws Exception {
    String token =
        issuer.key().token(Map.of("typ", type, "alg", "RS256", "kid", "first"), claims());
    assertThat(identify(token) instanceof Identity.Known).isEqualTo(counts);
  }

  @Test
  void whatMustBeUnderstoodAndIsNotIsRefused() throws Exception {
    Map<String, Object> header =
        Map.of("alg", "RS256", "kid", "first", "crit", List.of("urn:x"), "urn:x", true);
    assertThat(refused(issuer.key().token(header, claims()))).isNotEmpty();
  }

  @Test
  void idTokensAreRefusedAlsoWhereTheAudienceIsTheClients() throws Exception {
    assertThat(refused(token("at_hash", "x"))).isEqualTo("The token is no access token");
    assertThat(refused(token("typ", "ID"))).isEqualTo("The token is no access token");
  }

  @Test
  void theIssuerHasToBeTheSameToTheLetter() throws Exception {
    for (String other : List.of(issuer.url() + "/", issuer.url().replace("realm", "Realm"))) {
      assertThat(refused(token("iss", other))).isEqualTo("The token is of another issuer");
    }
    assertThat(refused(token("iss", null))).isEqualTo("The token is of another issuer");
  }

  @Test
  void theAudienceHasToBeOurs() throws Exception {
    known(token("aud", List.of("other", "registry")));
    known(token("aud", URL));
    known(token("aud", URL + "/"));
    for (Object other :
        new @Nullable Object[] {
          null,
          "other",
          List.of(),
          "registry2",
          URL + "/admin",
          URL + ".evil.example/mcp",
          URL + "/mcp/more",
          URL + "/mcp?x",
          "https://other.example/mcp"
        }) {
      assertThat(refused(token("aud", other))).isEqualTo("The token is for another audience");
    }
  }

  @Test
  void aTokenForAnAddressIsForCallsThereOnly() throws Exception {
    String all = "[read, call, write, exec, admin]";
    Principal pool =
        known(
            token(
                "aud", URL + "/pools/one/mcp", "mcp_permissions", all.replaceAll("[\\[\\],]", "")));
    assertThat(pool.permissions()).containsOnly(Permission.CALL);
    assertThat(pool.scope()).isEqualTo(new Scope(Set.of("one"), Set.of()));
    Principal both =
        known(token("aud", List.of(URL + "/pools/one/mcp", URL + "/connections/c-1/mcp")));
    assertThat(both.scope()).isEqualTo(new Scope(Set.of("one"), Set.of("c-1")));
    Principal every = known(token("aud", URL + "/mcp"));
    assertThat(every.permissions()).containsOnly(Permission.CALL);
    assertThat(every.scope().isAll()).isTrue();
    assertThat(known(token("aud", URL + "/mcp", "mcp_permissions", "admin")).permissions())
        .isEmpty();
  }

  @Test
  void timesCountWithTheSkew() throws Exception {
    long now = START.getEpochSecond();
    assertThat(refused(token("exp", now - 60))).isEqualTo("The token has expired");
    known(token("exp", now - 59));
    assertThat(refused(token("exp", null))).isEqualTo("The token does not say when it expires");
    assertThat(refused(token("nbf", now + 61))).isEqualTo("The token is not valid yet");
    known(token("nbf", now + 60));
  }

  @Test
  void thereHasToBeASubject() throws Exception {
    for (String subject : new @Nullable String[] {null, "", " ", "a\nb", "x".repeat(256)}) {
      assertThat(refused(token("sub", subject))).isEqualTo("The token names no subject");
    }
  }

  @Test
  void permissionsAreThoseOfTheClaimAndOfTheScope() throws Exception {
    assertThat(
            permissions(
                "mcp_permissions", "read mcp:write", "scope", "openid mcp:call mcp:exec call"))
        .containsOnly(Permission.READ, Permission.WRITE, Permission.CALL);
    assertThat(permissions("mcp_permissions", List.of("admin", "unknown")))
        .containsOnly(Permission.ADMIN);
    assertThat(permissions("mcp_permissions", List.of("read", 7))).isEmpty();
    assertThat(permissions("mcp_permissions", Map.of("read", true))).isEmpty();
    assertThat(permissions("mcp_permissions", null, "scope", "read call mcp:admin")).isEmpty();
  }

  private Set<Permission> permissions(@Nullable Object... claims) throws Exception {
    return known(token(claims)).permissions();
  }

  @Test
  void rolesAreWhatTheyAreMappedTo() throws Exception {
    TestOidc settings = new TestOidc();
    settings.permissionsClaim = "realm_access.roles";
    settings.roles = Map.of("operator", List.of("read", "write"));
    Authenticator mapping = authenticator(settings);

    Object roles = Map.of("roles", List.of("operator", "admin"));
    assertThat(known(mapping, token("realm_access", roles)).permissions())
        .containsOnly(Permission.READ, Permission.WRITE);
    String dotted = token("realm_access.roles", "operator", "realm_access", Map.of("roles", "x"));
    assertThat(known(mapping, dotted).permissions()).hasSize(2);
    assertThat(known(mapping, token("realm_access", "operator")).permissions()).isEmpty();
  }

  @Test
  void limitsThatAreMissingOrOfAWrongTypeLeaveNothing() throws Exception {
    TestOidc settings = new TestOidc();
    settings.pools = Optional.of("pools");
    Authenticator limiting = authenticator(settings);

    for (Object nothing :
        new @Nullable Object[] {
          null,
          List.of(),
          "",
          " ",
          7,
          true,
          List.of("one", 7),
          List.of(List.of("one")),
          Map.of("one", true)
        }) {
      Principal limited = known(limiting, token("pools", nothing));
      assertThat(limited.scope().isAll()).as("%s", nothing).isFalse();
      assertThat(limited.scope().covers("c-1", "one")).as("%s", nothing).isFalse();
    }
    Scope one = new Scope(Set.of("one"), Set.of());
    assertThat(known(limiting, token("pools", List.of("one"))).scope()).isEqualTo(one);
    assertThat(known(limiting, token("pools", "one")).scope()).isEqualTo(one);
    assertThat(known(limiting, token("pools", "*")).scope().isAll()).isTrue();
  }

  @Test
  void whoIsLimitedIsNoAdmin() throws Exception {
    TestOidc settings = new TestOidc();
    settings.pools = Optional.of("pools");
    settings.connections = Optional.of("connections");
    Authenticator limiting = authenticator(settings);

    Principal limited =
        known(limiting, token("connections", List.of("c-1"), "mcp_permissions", "admin read"));
    assertThat(limited.permissions()).containsOnly(Permission.READ);
    assertThat(limited.scope()).isEqualTo(new Scope(Set.of(), Set.of("c-1")));
    assertThat(known(limiting, token("mcp_permissions", "admin")).permissions()).isEmpty();
    assertThat(known(limiting, token("pools", "*", "mcp_permissions", "admin")).permissions())
        .containsOnly(Permission.ADMIN);
  }

  @Test
  void bothLimitsOfATokenCount() throws Exception {
    TestOidc settings = new TestOidc();
    settings.pools = Optional.of("pools");
    Authenticator limiting = authenticator(settings);

    List<String> two = List.of("one", "two");
    assertThat(known(limiting, token("pools", two, "aud", URL + "/pools/one/mcp")).scope())
        .isEqualTo(new Scope(Set.of("one"), Set.of()));
    assertThat(known(limiting, token("pools", two, "aud", URL + "/mcp")).scope().pools())
        .containsOnly("one", "two");
    Scope none = known(limiting, token("pools", two, "aud", URL + "/pools/three/mcp")).scope();
    assertThat(none.isAll()).isFalse();
    assertThat(none.covers("c-1", "three")).isFalse();
  }

  @Test
  void aNewKeyIsFoundButNotAskedForAgainAndAgain() throws Exception {
    String old = token();
    known(old);
    assertThat(issuer.timesAskedForKeys()).isEqualTo(1);

    issuer.rotate("second", "RS256");
    known(token());
    assertThat(issuer.timesAskedForKeys()).isEqualTo(2);

    SigningKey stranger = SigningKey.create("stranger", "RS256");
    for (int i = 0; i < 20; i++) {
      assertThat(refused(stranger.token(claims("jti", i)))).contains("does not have");
    }
    issuer.rotate("third", "RS256");
    assertThat(refused(token())).contains("does not have");
    assertThat(issuer.timesAskedForKeys()).isEqualTo(2);

    clock.advance(IssuerKeys.PAUSE);
    known(token());
    assertThat(issuer.timesAskedForKeys()).isEqualTo(3);
  }

  @Test
  void aKeyThatIsGoneIsForgotten() throws Exception {
    SigningKey old = issuer.key();
    known(token());
    issuer.rotate("second", "RS256");
    clock.advance(IssuerKeys.FRESH);
    assertThat(refused(old.token(claims()))).contains("does not have");
  }

  @Test
  void whileTheIssuerIsDownNothingIsSaidOfTokens() throws Exception {
    issuer.down(true);
    String token = token();
    assertThat(identify(token)).isInstanceOf(Identity.Undecided.class);
    assertThat(authenticator.identify(token)).isInstanceOf(Identity.Undecided.class);
    assertThat(issuer.asked()).doesNotContain("/realm/elsewhere");

    issuer.down(false);
    clock.advance(IssuerKeys.PAUSE_WITHOUT_KEYS);
    known(token);
  }

  @Test
  void knownKeysCountWhileTheIssuerIsDown() throws Exception {
    known(token());
    issuer.down(true);
    clock.advance(IssuerKeys.KEPT.minusSeconds(1));
    known(token());
    clock.advance(Duration.ofSeconds(1));
    assertThat(identify(token())).isInstanceOf(Identity.Undecided.class);
  }

  @Test
  void whoAsksDoesNotWaitForASlowIssuer() throws Exception {
    issuer.hold();
    List<Identity> found = new ArrayList<>();
    String token = token();
    Future<?> asking =
        executor.submit(() -> {
          for (int i = 0; i < 50; i++) {
            found.add(authenticator.identify(i % 2 == 0 ? token : token("jti", i)));
          }
        });
    within(asking);
    assertThat(found).hasOnlyElementsOfType(Identity.Pending.class);

    issuer.release();
    known(token);
    assertThat(issuer.timesAskedForKeys()).isEqualTo(1);
  }

  private static void within(Future<?> step)
      throws ExecutionException, InterruptedException, TimeoutException {
    step.get(2, TimeUnit.SECONDS);
  }

  @Test
  void aSlowIssuerIsGivenUp() throws Exception {
    issuer.hold();
    Authenticator impatient =
        Oidc.open(
                new TestOidc(), issuer.url(), URL, fetcher(Duration.ofMillis(100)), executor, clock)
            .authenticator();
    assertThat(identify(impatient, token())).isInstanceOf(Identity.Undecided.class);
  }

  @Test
  void onlySoManyTokensAreCheckedAtOnce() throws Exception {
    issuer.hold();
    List<Identity> found = new ArrayList<>();
    SigningKey key = issuer.key();
    Map<String, Object> claims = claims();
    for (int i = 0; i < 300; i++) {
      claims.put("jti", i);
      found.add(authenticator.identify(key.token(Map.of("alg", "RS256"), claims)));
    }
    assertThat(found.getFirst()).isInstanceOf(Identity.Pending.class);
    assertThat(found.getLast()).isInstanceOf(Identity.Undecided.class);
    issuer.release();
    String token = token();
    await().until(() -> !(identify(token) instanceof Identity.Undecided));
    known(token);
  }

  @Test
  void aFloodOfTokensFillsNoHeap() {
    AtomicInteger asked = new AtomicInteger();
    TokenAuthenticator bounded =
        new TokenAuthenticator(
            _ -> asked.getAndIncrement() % 2 == 0 ? new Identity.Unknown("no") : alice(),
            Runnable::run,
            clock);
    for (int i = 0; i < 5 * TokenAuthenticator.MAX_TOKENS; i++) {
      bounded.identify("eyJ" + i + ".x.y");
      assertThat(bounded.remembered()).isLessThanOrEqualTo(2 * TokenAuthenticator.MAX_TOKENS);
    }
    assertThat(bounded.remembered()).isGreaterThan(TokenAuthenticator.MAX_TOKENS);
  }

  private Identity alice() {
    return new Identity.Known(
        new Principal("alice", "alice", Set.of(), Scope.ALL, START.plusSeconds(9)));
  }

  @Test
  void aCheckThatFailsIsAnswered() throws Exception {
    TokenAuthenticator failing =
        new TokenAuthenticator(
            _ -> {
              throw new IllegalStateException("a defect");
            },
            executor,
            clock);
    assertThat(identify(failing, "eyJ.x.y")).isInstanceOf(Identity.Undecided.class);
  }

  @Test
  void anIssuerThatCallsItselfOtherwiseIsNotTrusted() throws Exception {
    issuer.describe("issuer", issuer.url() + "/");
    assertThat(identify(token())).isInstanceOf(Identity.Undecided.class);
    assertThat(issuer.timesAskedForKeys()).isZero();
    assertThat(issuer.asked())
        .containsExactly(
            "/realm/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server/realm",
            "/.well-known/openid-configuration/realm");
  }

  @Test
  void keysAreOnlyReadWhereNobodyCanChangeThem() throws Exception {
    String keysAt = issuer.url() + "/keys";
    issuer.describe("jwks_uri", keysAt.replace("127.0.0.1", "[::ffff:127.0.0.1]"));
    assertThat(identify(token())).isInstanceOf(Identity.Undecided.class);
    assertThat(issuer.timesAskedForKeys()).isZero();
    TestOidc told = new TestOidc();
    told.keysAt = Optional.of(keysAt);
    known(authenticator(told), token());
  }

  @Test
  void theAnswerIsKnownWhenWhoeverAskedIsTold() throws Exception {
    String token = token();
    var pending = (Identity.Pending) authenticator.identify(token);
    List<Identity> again = new ArrayList<>();
    pending.later().thenRun(() -> again.add(authenticator.identify(token)));
    await().until(() -> !again.isEmpty());
    assertThat(again.getFirst()).isInstanceOf(Identity.Known.class);
  }

  @Test
  void aKnownTokenEndsWithItsKey() throws Exception {
    String token = token("exp", START.plusSeconds(3_600).getEpochSecond());
    known(token);
    issuer.rotate("second", "RS256");
    clock.advance(Duration.ofMinutes(6));
    assertThat(refused(token)).contains("does not have");
  }

  @Test
  void keysThatBreakTheParserAreNotReadAgainAtOnce() throws Exception {
    AtomicInteger fetches = new AtomicInteger();
    Authenticator broken =
        Oidc.open(
                new TestOidc(),
                issuer.url(),
                URL,
                _ -> {
                  fetches.incrementAndGet();
                  throw new IllegalStateException("a defect");
                },
                executor,
                clock)
            .authenticator();
    for (int i = 0; i < 5; i++) {
      assertThat(identify(broken, token("jti", i))).isInstanceOf(Identity.Undecided.class);
    }
    assertThat(fetches).hasValue(1);
  }

  @Test
  void theClaimScopeGrantsNothingBeyondTheScopesThatMayBeGranted() throws Exception {
    TestOidc settings = new TestOidc();
    settings.permissionsClaim = "scope";
    assertThatThrownBy(() -> authenticator(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("oidc.permissions-claim may be scope only together with");
    settings.roles = Map.of("writers", List.of("write"));
    assertThat(known(authenticator(settings), token("scope", "writers mcp:admin")).permissions())
        .containsOnly(Permission.WRITE);
  }
}
