package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.drupal.DrupalSite;
import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Asks a stand-in of a Drupal site, in all its moods. */
class SiteClientTest {
  private static final String COLLECTION = "/jsonapi/node/mcp_connection";
  private static final ObjectNode BODY =
      Samples.json(
          """
          {'data': {'type': 'node--mcp_connection', 'attributes': {
              'title': 'one', 'field_mcp_connection_id': 'c', 'field_mcp_type': 'client',
              'field_mcp_protocol': 'http', 'field_mcp_status': 'active'}}}
          """);

  private final Visit visit;
  private SiteClient client;

  SiteClientTest() throws Exception {
    visit = new Visit();
    client = visit.client();
  }

  @AfterEach
  void close() {
    visit.close();
  }

  private SiteAnswer post() throws Exception {
    return client.ask(HttpMethod.POST, COLLECTION, BODY);
  }

  private SiteException refused() {
    return catchThrowableOfType(SiteException.class, () -> client.get(COLLECTION));
  }

  private int asked() {
    return visit.site.received().size();
  }

  @Test
  void everyRequestSpeaksJsonApiAndSaysWhoAsksInAHeaderAlone() throws Exception {
    client.get(COLLECTION);
    assertThat(post().status()).isEqualTo(201);
    for (Received received : visit.site.received()) {
      assertThat(received.header("accept")).contains(SiteAnswer.JSON_API);
      assertThat(received.header("x-api-key")).contains(DrupalSite.SYNC_KEY);
      assertThat(received.header("authorization")).isEmpty();
      assertThat(received.path() + received.query()).doesNotContain(DrupalSite.SYNC_KEY);
      assertThat(received.header("content-type"))
          .isEqualTo(received.writes() ? Optional.of(SiteAnswer.JSON_API) : Optional.empty());
    }
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          X_API_KEY, test-key-sync-0000000000000001
          API_KEY,   test-key-sync-0000000000000001
          BEARER,    test-key-sync-0000000000000001
          BASIC,     mcp_sync:sync-pass-local
          """)
  void theSiteKnowsTheKeyByEachScheme(CredentialScheme scheme, String key) throws Exception {
    if (scheme == CredentialScheme.API_KEY) {
      visit.site.keyHeader("api-key");
    }
    visit.site.bearer(true);
    visit.nodes(scheme, key).probe();
    assertThat(asked()).isOne();
  }

  @Test
  void aRedirectIsNotFollowedAndSaysWhereItLeads() throws Exception {
    try (DrupalSite elsewhere = DrupalSite.start()) {
      visit.answer(302, Map.of("Location", elsewhere.origin() + "/jsonapi"), "");
      SiteException e = refused();
      assertThat(e.reason()).isEqualTo(SyncError.Reason.REDIRECTED);
      assertThat(e)
          .hasMessageContaining(elsewhere.origin().toString())
          .hasMessageContaining("MCP_REGISTRY_DRUPAL_ORIGINS");
      assertThat(elsewhere.received()).isEmpty();
      assertThat(asked()).isOne();
    }
  }

  @ParameterizedTest
  @CsvSource({"200", "403", "422"})
  void aPageIsNoAnswerWhateverItsStatus(int status) {
    visit.answer(status, Map.of("Content-Type", "text/html; charset=UTF-8"), "<html>Log in</html>");
    SiteException e = refused();
    assertThat(e.reason()).isEqualTo(SyncError.Reason.NOT_JSON_API);
    assertThat(e).hasMessageContaining("text/html").hasMessageContaining("" + status);
  }

  @Test
  void jsonThatIsNoneOfTheMediaTypeIsNoAnswer() {
    visit.answer(200, Map.of("Content-Type", "application/json"), "{\"data\": []}");
    assertThat(refused().reason()).isEqualTo(SyncError.Reason.NOT_JSON_API);
    visit.answer(200, Map.of("Content-Type", SiteAnswer.JSON_API), "{\"data\": [");
    assertThat(refused().reason()).isEqualTo(SyncError.Reason.NOT_JSON_API);
    visit.answer(200, Map.of(), "{\"data\": []}");
    assertThat(refused()).hasMessageContaining("without a Content-Type");
  }

  @Test
  void aSiteWithoutJsonApiSaysSo() {
    visit.site.jsonApi(false);
    SiteException e = refused();
    assertThat(e.reason()).isEqualTo(SyncError.Reason.NOT_JSON_API);
    assertThat(e).hasMessageContaining("There is no JSON:API at this address");
  }

  @Test
  void parametersOfTheMediaTypeDoNotMatter() throws Exception {
    visit.answer(
        200, Map.of("Content-Type", "Application/vnd.api+JSON; charset=utf-8"), "{\"data\": []}");
    assertThat(client.get(COLLECTION).body().path("data").isArray()).isTrue();
  }

  @Test
  void aSiteThatTakesNoWritesIsOneSentence() {
    visit.site.readOnly(true);
    SiteException e = catchThrowableOfType(SiteException.class, this::post);
    assertThat(e.reason()).isEqualTo(SyncError.Reason.READ_ONLY);
    assertThat(e).hasMessageContaining("/admin/config/services/jsonapi");
  }

  @ParameterizedTest
  @CsvSource({"401, KEY_REFUSED", "405, READ_ONLY", "415, MEDIA_TYPE"})
  void whatNoOtherRequestWouldFareBetterWithEndsTheSync(int status, SyncError.Reason reason) {
    visit.answer(status, "{'errors': [{'status': '" + status + "'}]}");
    SiteException e = catchThrowableOfType(SiteException.class, this::post);
    assertThat(e.reason()).isEqualTo(reason);
    assertThat(e).hasMessageContaining("" + status);
    assertThat(asked()).isOne();
  }

  @ParameterizedTest
  @CsvSource({"403", "404", "409", "422"})
  void whatConcernsOneNodeIsAnAnswer(int status) throws Exception {
    visit.answer(status, "{'errors': [{'status': '" + status + "'}]}");
    assertThat(post().status()).isEqualTo(status);
  }

  @Test
  void maintenanceBeyondThePatienceEndsTheSyncAtOnce() {
    visit.site.maintenance(true, 100);
    SiteException e = catchThrowableOfType(SiteException.class, this::post);
    assertThat(e.reason()).isEqualTo(SyncError.Reason.MAINTENANCE);
    assertThat(e).hasMessageContaining("maintenance").hasMessageContaining("100 s");
    assertThat(asked()).isOne();
  }

  @ParameterizedTest
  @CsvSource({"503", "429"})
  void whoIsAskedToComeAgainDoesAlsoToWrite(int status) throws Exception {
    visit.answer(status, Map.of("Retry-After", "0"), "");
    assertThat(post().status()).isEqualTo(201);
    assertThat(asked()).isEqualTo(2);
  }

  @Test
  void tooManyRequestsBeyondThePatienceEndTheSync() {
    visit.answer(429, Map.of("Retry-After", " 999999999 "), "");
    SiteException e = refused();
    assertThat(e.reason()).isEqualTo(SyncError.Reason.MAINTENANCE);
    assertThat(e).hasMessageContaining("429");
  }

  @ParameterizedTest
  @ValueSource(ints = {503, 429})
  void whatIsAskedForSoonIsNotSentAfterALongPause(int status) throws Exception {
    visit.answer(status, Map.of("Retry-After", "3"), "");
    assertThat(client.askSoon(HttpMethod.DELETE, COLLECTION)).isNull();
    assertThat(asked()).isEqualTo(1);
    assertThat(client.askSoon(HttpMethod.GET, COLLECTION)).isNotNull();
  }

  @Test
  void whatIsAskedForSoonIsSentAgainAfterAShortPause() throws Exception {
    visit.answer(429, Map.of("Content-Type", "application/vnd.api+json"), "{}");
    assertThat(client.askSoon(HttpMethod.GET, COLLECTION)).isNotNull();
    assertThat(asked()).isEqualTo(2);
  }

  @Test
  void whatIsAskedForSoonIsNotAskedForAgainWhereItMayBeDone() {
    visit.answer(500, Map.of("Content-Type", "application/vnd.api+json"), "{}");
    assertThatThrownBy(() -> client.askSoon(HttpMethod.DELETE, COLLECTION))
        .isInstanceOf(LostException.class);
    visit.site.hangUp(r -> r.method().equals("DELETE"), 1);
    assertThatThrownBy(() -> client.askSoon(HttpMethod.DELETE, COLLECTION))
        .isInstanceOf(LostException.class);
    assertThat(asked()).isEqualTo(2);
  }

  @Test
  void aReadIsTriedAgainAfterAnErrorOfTheSite() throws Exception {
    visit.site.loseAnswer(r -> r.method().equals("GET"), 1);
    assertThat(client.get(COLLECTION).isOk()).isTrue();
    assertThat(asked()).isEqualTo(2);
  }

  @Test
  void aReadIsTriedAgainAfterALostConnection() throws Exception {
    visit.site.hangUp(r -> r.method().equals("GET"), 1);
    assertThat(client.get(COLLECTION).isOk()).isTrue();
    assertThat(asked()).isEqualTo(2);
  }

  @Test
  void aReadIsTriedFourTimes() {
    visit.site.loseAnswer(_ -> true, 9);
    SiteException e = refused();
    assertThat(e.reason()).isEqualTo(SyncError.Reason.SITE_ERROR);
    assertThat(e).hasMessageContaining("HTTP 500");
    assertThat(asked()).isEqualTo(4);
  }

  @Test
  void aWriteIsNotTriedAgain() {
    visit.site.loseAnswer(_ -> true, 1);
    LostException page = catchThrowableOfType(LostException.class, this::post);
    assertThat(page.asSiteError().reason()).isEqualTo(SyncError.Reason.SITE_ERROR);
    visit.site.hangUp(_ -> true, 1);
    LostException nothing = catchThrowableOfType(LostException.class, this::post);
    assertThat(nothing.asSiteError().reason()).isEqualTo(SyncError.Reason.UNREACHABLE);
    visit.answer(503, Map.of(), "");
    assertThat(catchThrowableOfType(LostException.class, this::post)).hasMessageContaining("503");
    assertThat(visit.site.writes()).isEqualTo(3);
  }

  @Test
  void anAnswerThatDoesNotComeInTimeIsLost() throws Exception {
    client = visit.client(CredentialScheme.X_API_KEY, DrupalSite.SYNC_KEY, Duration.ofMillis(200));
    visit.site.delay(Duration.ofSeconds(5));
    LostException e = catchThrowableOfType(LostException.class, this::post);
    assertThat(e.asSiteError().reason()).isEqualTo(SyncError.Reason.UNREACHABLE);
    assertThat(visit.site.writes()).isOne();
  }

  @Test
  void anAnswerThatIsTooLongIsLost() {
    String document = "{\"data\": \"" + "x".repeat(16 * 1024 * 1024) + "\"}";
    visit.answer(200, document);
    LostException e = catchThrowableOfType(LostException.class, this::post);
    assertThat(e).hasMessageContaining("longer than");
  }

  @Test
  void aSyncThatWasStoppedAsksNothingMore() {
    visit.patience.stop();
    SiteException e = refused();
    assertThat(e.reason()).isEqualTo(SyncError.Reason.INTERRUPTED);
    assertThat(asked()).isZero();
  }

  @Test
  void aRefusalOfOneNodeNamesTheFieldAndWhatDrupalSays() throws Exception {
    visit.answer(
        422,
        """
        {'errors': [
            {'detail': 'first', 'source': {'pointer': '/data/attributes/field_mcp_type/0/value'}},
            {'detail': 'second'}, {'detail': ''}, {'detail': 'third'}, {'detail': 'fourth'}]}
        """);
    ItemException e = client.itemRefusal(post());
    assertThat(e.reason()).isEqualTo(SyncError.Reason.INVALID);
    assertThat(e.field()).isEqualTo("field_mcp_type");
    assertThat(e)
        .hasMessageContaining("422: first; second; third")
        .hasMessageNotContaining("fourth");
  }

  @Test
  void aRefusalThatIsLongIsCut() throws Exception {
    visit.answer(422, "{'errors': [{'detail': '" + "x".repeat(10_000) + "'}]}");
    assertThat(client.itemRefusal(post()).getMessage()).hasSizeLessThan(400).endsWith("…");
  }

  @Test
  void aForbiddenNodeSaysWhatRoleIsMissing() throws Exception {
    visit.answer(403, "{'errors': [{'detail': 'no', 'source': {'pointer': '/data'}}]}");
    ItemException e = client.itemRefusal(post());
    assertThat(e.reason()).isEqualTo(SyncError.Reason.FORBIDDEN);
    assertThat(e.field()).isNull();
    assertThat(e).hasMessageContaining("MCP sync");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          X_API_KEY, s3cret-key,     s3cret-key
          BEARER,    s3cret-key,     Bearer s3cret-key
          BASIC,     user:s3cret-key, s3cret-key
          BASIC,     user:s3cret-key, user:s3cret-key
          BASIC,     user:s3cret-key, Basic dXNlcjpzM2NyZXQta2V5
          """)
  void theKeyIsMaskedWhereTheSiteRepeatsIt(CredentialScheme scheme, String key, String repeated)
      throws Exception {
    client = visit.client(scheme, key, Visit.DEADLINE);
    visit.answer(302, Map.of("Location", "https://a.example/?key=" + repeated), "");
    assertThat(refused())
        .hasMessageContaining("***")
        .hasMessageNotContaining("s3cret")
        .hasMessageNotContaining("dXNlcjpzM2NyZXQta2V5");
    visit.answer(422, "{'errors': [{'detail': 'not " + repeated + " again'}]}");
    assertThat(client.itemRefusal(post()))
        .hasMessageContaining("***")
        .hasMessageNotContaining("s3cret")
        .hasMessageNotContaining("dXNlcjpzM2NyZXQta2V5");
    visit.answer(500, "{'errors': [{'detail': '" + repeated + "'}]}");
    assertThat(catchThrowableOfType(LostException.class, this::post))
        .hasMessageContaining("***")
        .hasMessageNotContaining("s3cret")
        .hasMessageNotContaining("dXNlcjpzM2NyZXQta2V5");
  }

  @Test
  void theCredentialsAreMaskedAlsoWithoutTheNameOfTheirScheme() throws Exception {
    client = visit.client(CredentialScheme.BASIC, "user:s3cret-key", Visit.DEADLINE);
    visit.answer(422, "{'errors': [{'detail': 'not dXNlcjpzM2NyZXQta2V5'}]}");
    assertThat(client.itemRefusal(post())).hasMessageNotContaining("dXNlcjpzM2NyZXQta2V5");
  }

  @Test
  void theKeyIsMaskedInWhateverTheSiteSays() throws Exception {
    client = visit.client(CredentialScheme.X_API_KEY, "s3cret-key", Visit.DEADLINE);
    visit.answer(200, Map.of("Content-Type", "text/s3cret-key"), "");
    assertThat(refused()).hasMessageNotContaining("s3cret-key");
    visit.answer(422, "{'errors': [{'source': {'pointer': '/data/attributes/s3cret-key'}}]}");
    assertThat(String.valueOf(client.itemRefusal(post()).field())).doesNotContain("s3cret-key");
  }
}
