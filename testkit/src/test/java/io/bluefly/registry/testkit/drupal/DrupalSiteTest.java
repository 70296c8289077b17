package io.bluefly.registry.testkit.drupal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.ManualClock;
import io.bluefly.registry.testkit.drupal.DrupalSite.Canned;
import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import io.bluefly.registry.testkit.drupal.SiteClient.Reply;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a test can do with the stand-in, and what no recording shows. */
class DrupalSiteTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int ROUNDS = 30;
  private static final UUID ID = UUID.fromString("01b0464b-6227-5d1e-b421-31bfe6d52937");

  private static final Map<String, String> ATTRIBUTES =
      Map.of(
          "title", "one",
          "field_mcp_connection_id", "mcp-conn-1",
          "field_mcp_type", "server",
          "field_mcp_protocol", "http",
          "field_mcp_status", "active");

  private final ManualClock clock = new ManualClock(Instant.parse("2026-11-22T07:43:26.5Z"));
  private DrupalSite site;
  private SiteClient client;

  @BeforeEach
  void start() throws IOException {
    site = DrupalSite.start(clock);
    client = SiteClient.of(site);
  }

  @AfterEach
  void stop() {
    client.close();
    site.close();
  }

  private static boolean patches(Received request) {
    return request.method().equals("PATCH");
  }

  @Test
  void clientsAndEditorsShareTheContent() throws Exception {
    UUID id = site.create(ATTRIBUTES);
    clock.advance(SECOND);
    site.edit(id, Map.of("field_mcp_capabilities", List.of("search"), "field_mcp_revision", 3));

    assertThat(client.get(id).document().at("/data/attributes"))
        .isEqualTo(site.node(id).orElseThrow().path("attributes"));
    assertThat(client.get(id).attribute("changed").asText()).isEqualTo("2026-11-22T07:43:27+00:00");

    site.publish(id, false);
    assertThat(client.get(id).status()).isEqualTo(403);
    assertThat(client.list("").document().at("/meta/omitted").isObject()).isTrue();

    site.delete(id);
    assertThat(client.get(id).status()).isEqualTo(404);
    assertThat(site.nodes()).isEmpty();
  }

  @Test
  void editorWhoComesBetweenReadingAndWritingIsNotOverwritten() throws Exception {
    client.create(ID, ATTRIBUTES);
    String read = client.get(ID).attribute("changed").asText();
    site.before(DrupalSiteTest::patches, () -> editSoon("editor"));

    Reply late = client.change(ID, Map.of("changed", read, "title", "client"));

    assertThat(late.status()).isEqualTo(403);
    assertThat(late.pointer()).isEqualTo("/data/attributes/changed");
    assertThat(title()).isEqualTo("editor");
    assertThat(client.change(ID, Map.of("title", "client")).status()).isEqualTo(200);
  }

  @Test
  void editorWhoComesWhileThePatchIsHandledIsNotOverwritten() throws Exception {
    client.create(ID, ATTRIBUTES);
    site.between(DrupalSiteTest::patches, () -> editSoon("editor"));

    Reply late = client.change(ID, Map.of("title", "client"));

    assertThat(late.status()).isEqualTo(422);
    assertThat(late.pointer()).isEqualTo("/data");
    assertThat(title()).isEqualTo("editor");
  }

  private void editSoon(String title) {
    clock.advance(SECOND);
    site.edit(ID, Map.of("title", title));
  }

  private String title() {
    return site.node(ID).orElseThrow().at("/attributes/title").asText();
  }

  @Test
  void raceWithinOneSecondIsLostUnseen() throws Exception {
    client.create(ID, ATTRIBUTES);
    site.between(DrupalSiteTest::patches, () -> site.edit(ID, Map.of("title", "editor")));

    assertThat(client.change(ID, Map.of("field_mcp_hash", "x")).status()).isEqualTo(200);
    assertThat(title()).isEqualTo(ATTRIBUTES.get("title"));
  }

  @Test
  void writesAtOnceLoseNothing() throws Exception {
    client.create(ID, ATTRIBUTES);
    List<String> names = List.of("endpoint", "metadata", "hash", "registry", "health_check");

    for (int round = 0; round < ROUNDS; round++) {
      String value = "round " + round;
      names.stream()
          .map(name -> client.changeLater(ID, Map.of("field_mcp_" + name, value)))
          .toList()
          .forEach(write -> assertThat(write.join().status()).isEqualTo(200));

      JsonNode attributes = site.node(ID).orElseThrow().path("attributes");
      assertThat(names)
          .allSatisfy(
              name -> assertThat(attributes.path("field_mcp_" + name).asText()).isEqualTo(value));
    }
    assertThat(site.node(ID).orElseThrow().at("/attributes/drupal_internal__vid").asInt())
        .isEqualTo(1 + ROUNDS * names.size());
  }

  @Test
  void pageHoldsFiftyAtMost() throws Exception {
    IntStream.rangeClosed(0, 50).forEach(i -> site.create(Map.of("title", "node " + i)));

    JsonNode first = client.list("?page%5Blimit%5D=200").document();
    assertThat(first.path("data")).hasSize(50);
    assertThat(first.at("/links/next/href").asText())
        .endsWith("?page%5Boffset%5D=50&page%5Blimit%5D=50");
    assertThat(client.list("?page%5Boffset%5D=50").document().path("data")).hasSize(1);
  }

  @Test
  void patchWithoutAttributesMakesARevisionOnly() throws Exception {
    Reply made = client.create(ID, ATTRIBUTES);
    clock.advance(SECOND);

    Reply empty = client.change(ID, Map.of());

    assertThat(empty.status()).isEqualTo(200);
    assertThat(empty.attribute("changed")).isEqualTo(made.attribute("changed"));
    assertThat(empty.attribute("drupal_internal__vid").asInt())
        .isGreaterThan(made.attribute("drupal_internal__vid").asInt());
  }

  @Test
  void lostAnswerLeavesTheNode() throws Exception {
    site.loseAnswer(Received::writes, 1);

    assertThat(client.create(ID, ATTRIBUTES).status()).isEqualTo(500);
    assertThat(site.node(ID)).isPresent();
    assertThat(client.create(ID, ATTRIBUTES).status()).isEqualTo(409);
  }

  @Test
  void hangingUpLeavesTheNode() throws Exception {
    site.hangUp(Received::writes, 1);

    assertThatThrownBy(() -> client.create(ID, ATTRIBUTES)).isInstanceOf(IOException.class);
    assertThat(site.node(ID)).isPresent();
    assertThat(client.get(ID).status()).isEqualTo(200);
  }

  @Test
  void cannedAnswersAreGivenAsOftenAsSaid() throws Exception {
    site.answer(Received::writes, 2, new Canned(429, Map.of("Retry-After", "3"), ""));

    Reply first = client.create(ID, ATTRIBUTES);
    assertThat(first.status()).isEqualTo(429);
    assertThat(first.response().headers().firstValue("Retry-After")).hasValue("3");
    assertThat(client.create(ID, ATTRIBUTES).status()).isEqualTo(429);
    assertThat(site.nodes()).isEmpty();
    assertThat(client.create(ID, ATTRIBUTES).status()).isEqualTo(201);
    assertThat(site.writes()).isEqualTo(3);
  }

  @Test
  void whatRunsAfterwardsIsInTimeForTheNextRequest() throws Exception {
    site.after(Received::writes, () -> site.delete(ID));

    assertThat(client.create(ID, ATTRIBUTES).status()).isEqualTo(201);
    assertThat(client.get(ID).status()).isEqualTo(404);
  }

  @Test
  void slowAnswersOverlap() {
    site.delay(Duration.ofMillis(500));

    List<CompletableFuture<Reply>> answers =
        IntStream.range(0, 8)
            .mapToObj(i -> client.getLater("/jsonapi?page%5Boffset%5D=" + i))
            .toList();

    assertThat(answers).allSatisfy(answer -> assertThat(answer.join().status()).isEqualTo(200));
    assertThat(site.mostAtOnce()).isEqualTo(8);
    site.forget();
    assertThat(site.mostAtOnce()).isZero();
    assertThat(site.received()).isEmpty();
  }

  @Test
  void receivedRequestsAreAsTheyWereSent() throws Exception {
    client.list("?page%5Blimit%5D=1");

    Received only = site.received().getFirst();
    assertThat(only.path()).isEqualTo("/jsonapi/node/mcp_connection");
    assertThat(only.query()).isEqualTo("page%5Blimit%5D=1");
    assertThat(only.headers()).containsEntry("x-api-key", List.of(DrupalSite.SYNC_KEY));
    assertThat(site.writes()).isZero();
  }

  @Test
  void keyIsReadWhereItIsConfigured() throws Exception {
    site.keyHeader("api-key");
    assertThat(knows("api-key", DrupalSite.READ_KEY)).isTrue();
    assertThat(knows("X-API-Key", DrupalSite.READ_KEY)).isFalse();

    assertThat(knows("Authorization", "Bearer " + DrupalSite.SYNC_KEY)).isFalse();
    site.bearer(true);
    assertThat(knows("Authorization", "Bearer " + DrupalSite.SYNC_KEY)).isTrue();
    assertThat(knows("Authorization", "Bearer wrong")).isFalse();
  }

  private boolean knows(String header, String value) throws Exception {
    try (SiteClient other = new SiteClient(site, header, value)) {
      return other.get("/jsonapi").document().at("/meta/links/me").isObject();
    }
  }

  @Test
  void filterTellsStrangersNothing() throws Exception {
    client.create(ID, ATTRIBUTES);
    try (SiteClient stranger = new SiteClient(site, "X-API-Key", "wrong")) {
      assertThat(stranger.list("").document().at("/meta/omitted").isObject()).isTrue();

      JsonNode found = stranger.list("?filter%5Bfield_mcp_status%5D=active").document();
      assertThat(found.path("data")).isEmpty();
      assertThat(found.has("meta")).isFalse();
    }
  }

  @Test
  void linksBeginWithTheProxy() throws Exception {
    client.create(ID, ATTRIBUTES);
    site.create(Map.of("title", "two"));
    site.linkOrigin(URI.create("https://www.example.org/"));

    assertThat(client.list("?page%5Blimit%5D=1").document().at("/links/next/href").asText())
        .isEqualTo(
            "https://www.example.org/jsonapi/node/mcp_connection"
                + "?page%5Boffset%5D=1&page%5Blimit%5D=1");
  }

  @Test
  void siteWithoutTheContentTypeSaysSo() throws Exception {
    site.contentType(false);

    assertThat(client.list("").status()).isEqualTo(404);
    assertThat(client.list("").document().isMissingNode()).isTrue();
    assertThat(client.get("/jsonapi").document().path("links").has("node--mcp_connection"))
        .isFalse();
  }

  @Test
  void whatDoesNotFitIsPointedAt() throws Exception {
    client.create(ID, ATTRIBUTES);

    assertThat(pointer("field_mcp_capabilities", List.of("x", "x".repeat(256))))
        .isEqualTo("/data/attributes/field_mcp_capabilities/1/value");
    assertThat(pointer("field_mcp_connection_id", "x".repeat(129)))
        .isEqualTo("/data/attributes/field_mcp_connection_id/value");
    assertThat(pointer("field_mcp_registry", "x".repeat(129)))
        .isEqualTo("/data/attributes/field_mcp_registry/value");
    assertThat(pointer("field_mcp_hash", "x".repeat(65)))
        .isEqualTo("/data/attributes/field_mcp_hash/value");
    assertThat(pointer("title", "")).isEqualTo("/data/attributes/title");
    assertThat(pointer("field_mcp_hash", "x".repeat(64))).isEmpty();
  }

  private String pointer(String name, Object value) throws Exception {
    return client.change(ID, Map.of(name, value)).pointer();
  }

  @Test
  void sitesSeeTheirOwnContentOnly() throws Exception {
    client.create(ID, ATTRIBUTES);
    try (DrupalSite other = DrupalSite.start()) {
      assertThat(Stream.of(site, other).map(one -> one.node(ID).isPresent()))
          .containsExactly(true, false);
    }
  }
}
