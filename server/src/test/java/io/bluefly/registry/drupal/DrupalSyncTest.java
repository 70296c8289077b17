package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.audit.AuditEntry;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.Endpoint.HttpEndpoint;
import io.bluefly.registry.drupal.Conflict.Resolution;
import io.bluefly.registry.drupal.SyncError.Reason;
import io.bluefly.registry.drupal.SyncReport.Status;
import io.bluefly.registry.drupal.SyncedRegistry.Options;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.testkit.ManualClock;
import io.bluefly.registry.testkit.drupal.DrupalSite;
import io.bluefly.registry.testkit.drupal.DrupalSite.Canned;
import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a sync does, against a site that behaves as a recorded one. */
class DrupalSyncTest {
  private static final String LIST = "/jsonapi/node/mcp_connection";
  private static final String REGISTRY = "field_mcp_registry";
  private static final String METADATA = "field_mcp_metadata";
  private static final String ENDPOINT = "field_mcp_endpoint";
  private static final String DELETED = "field_mcp_deleted";

  @TempDir Path folder;
  @TempDir Path otherFolder;
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-15T10:00:00Z"));
  private DrupalSite site;
  private SyncedRegistry registry;

  @BeforeEach
  void start() throws IOException {
    site = DrupalSite.start(clock);
    registry = new SyncedRegistry(site, folder);
  }

  @AfterEach
  void stop() {
    registry.close();
    site.close();
  }

  private void restart(Options options) {
    registry.close();
    registry = new SyncedRegistry(site, folder, options);
  }

  /** A second in which something was written is over. */
  private void pass() {
    clock.advance(Duration.ofSeconds(2));
  }

  private static Predicate<Received> is(String method) {
    return request -> request.method().equals(method);
  }

  private static boolean isList(Received request) {
    return request.method().equals("GET") && request.path().equals(LIST);
  }

  private static Predicate<Received> isNode(String id) {
    return request -> request.path().endsWith(id);
  }

  private UUID nodeOf(String title) {
    return site.nodes().stream()
        .filter(node -> node.path("attributes").path("title").asText().equals(title))
        .map(node -> UUID.fromString(node.path("id").asText()))
        .findFirst()
        .orElseThrow();
  }

  private JsonNode attributes(String title) {
    return site.node(nodeOf(title)).orElseThrow().path("attributes");
  }

  private static Map<String, Object> http(String title) {
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("title", title);
    attributes.put("field_mcp_connection_id", "new");
    attributes.put("field_mcp_type", "server");
    attributes.put("field_mcp_protocol", "http");
    attributes.put("field_mcp_status", "disconnected");
    attributes.put(ENDPOINT, "{ \"url\": \"http://127.0.0.1:7/mcp\" }");
    return attributes;
  }

  private static Map<String, Object> stdio(String title) {
    Map<String, Object> attributes = http(title);
    attributes.put("field_mcp_protocol", "stdio");
    attributes.put(ENDPOINT, "{\"command\": \"sh\", \"args\": [\"-c\", \"true\"]}");
    return attributes;
  }

  private void inStep(String... names) {
    for (String name : names) {
      registry.register(name);
    }
    assertThat(registry.sync().status()).isEqualTo(Status.COMPLETED);
    pass();
    site.forget();
  }

  private static void assertCounts(
      SyncReport report, int pushed, int pulled, int updated, int deleted, int unchanged) {
    assertThat(
            List.of(
                report.pushed(),
                report.pulled(),
                report.updated(),
                report.deleted(),
                report.unchanged()))
        .as("%s", report)
        .containsExactly(pushed, pulled, updated, deleted, unchanged);
  }

  private static SyncError only(SyncReport report) {
    assertThat(report.errors()).as("%s", report).hasSize(1);
    return report.errors().getFirst();
  }

  // From the registry to Drupal.

  @Test
  void aConnectionBecomesANodeAndAnotherSyncWritesNothing() {
    Connection connection = registry.register("files", "{\"owner\": \"me\"}");
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.COMPLETED);
    assertCounts(report, 1, 0, 0, 0, 0);
    JsonNode node = attributes("files");
    assertThat(node.path("field_mcp_connection_id").asText()).isEqualTo(connection.id());
    assertThat(node.path("field_mcp_hash").asText()).hasSize(64);
    assertThat(node.path("field_mcp_status").asText()).isEqualTo("active");
    assertThat(SyncedRegistry.json(node.path(METADATA).asText()).path("owner").asText())
        .isEqualTo("me");
    assertThat(nodeOf("files").toString())
        .isEqualTo(NodeId.of(node.path(REGISTRY).asText(), connection.id()));
    pass();
    site.forget();
    SyncReport again = registry.sync();
    assertCounts(again, 0, 0, 0, 0, 1);
    assertThat(site.writes()).isZero();
  }

  @Test
  void aLongListIsReadPageByPageAndOnlyPathAndQueryOfLinksCount() {
    for (int i = 0; i < 120; i++) {
      registry.register("c" + i);
    }
    assertThat(registry.sync().pushed()).isEqualTo(120);
    pass();
    site.forget();
    site.linkOrigin(URI.create("http://192.0.2.1:1"));
    SyncReport again = registry.sync();
    assertCounts(again, 0, 0, 0, 0, 120);
    assertThat(site.writes()).isZero();
    assertThat(site.received()).as("the entry point, and three pages").hasSize(4);
  }

  @Test
  void noMoreThanFourRequestsAreMadeAtOnce() {
    for (int i = 0; i < 24; i++) {
      registry.register("c" + i);
    }
    site.delay(Duration.ofMillis(30));
    registry.sync();
    assertThat(site.mostAtOnce()).isEqualTo(4);
  }

  @Test
  void noSecretGoesToDrupal() {
    registry.add(
        """
        {"name": "docs", "type": "server", "protocol": "http", "endpoint": {
          "url": "http://127.0.0.1:9/mcp?token=inTheQuery",
          "headers": {"Authorization": "Bearer inTheHeader", "X-Ref": "${NAME}"}}}
        """);
    registry.add(
        """
        {"name": "git", "type": "server", "protocol": "stdio", "endpoint": {
          "command": "git-mcp", "args": ["--token", "inTheArguments"], "env": {"KEY": "inTheEnv"}}}
        """);
    registry.sync();
    assertThat(site.nodes().toString()).doesNotContain("inThe").contains("${NAME}", "git-mcp");
  }

  @Test
  void whatHappensAtTheRegistryGoesThereAndOnlyThere() {
    inStep("files");
    UUID node = nodeOf("files");
    registry.connections.update(registry.named("files").id(), same -> same, ConnectionStatus.IDLE);
    SyncReport report = registry.sync();
    assertCounts(report, 0, 0, 1, 0, 0);
    assertThat(attributes("files").path("field_mcp_status").asText()).isEqualTo("idle");
    pass();
    site.edit(node, Map.of("field_mcp_status", "active"));
    pass();
    registry.sync();
    assertThat(attributes("files").path("field_mcp_status").asText()).isEqualTo("idle");
    assertThat(registry.named("files").status()).isEqualTo(ConnectionStatus.IDLE);
  }

  @Test
  void aLostAnswerToACreateMakesNoSecondNode() {
    registry.register("files");
    site.loseAnswer(is("POST"), 1);
    assertCounts(registry.sync(), 1, 0, 0, 0, 0);
    registry.register("docs");
    site.hangUp(is("POST"), 1);
    assertThat(registry.sync().pushed()).isEqualTo(1);
    assertThat(site.nodes()).hasSize(2);
    assertThat(site.received()).filteredOn(is("POST")).hasSize(2);
  }

  @Test
  void aCreateThatFailedIsLookedForAndThenTriedAgain() {
    registry.register("files");
    site.answer(is("POST"), 1, new Canned(500, Map.of("content-type", "text/html"), "<h1>Oh</h1>"));
    assertCounts(registry.sync(), 1, 0, 0, 0, 0);
    assertThat(site.received())
        .extracting(Received::method)
        .containsExactly("GET", "GET", "POST", "GET", "POST");
  }

  @Test
  void aNodeThatIsThereAlreadyIsReadAndThenChanged() {
    inStep("files");
    Link link = registry.store.loadLinks(site.origin().toString()).getFirst();
    registry.store.deleteLink(link);
    registry.change("files", "{\"changed\": true}");
    site.answer(
        DrupalSyncTest::isList,
        1,
        new Canned(200, Map.of("content-type", SiteAnswer.JSON_API), "{\"data\": []}"));
    SyncReport report = registry.sync();
    assertCounts(report, 0, 0, 1, 0, 0);
    assertThat(report.conflicts()).isEmpty();
    assertThat(site.nodes()).hasSize(1);
    assertThat(attributes("files").path(METADATA).asText()).contains("changed");
    assertThat(registry.store.loadLinks(site.origin().toString())).hasSize(1);
  }

  @Test
  void aNodeThatOnlyTheRegistryHasWrittenIsKnownByItsHash() {
    inStep("files");
    Link link = registry.store.loadLinks(site.origin().toString()).getFirst();
    registry.store.deleteLink(link);
    registry.change("files", "{\"changed\": true}");
    SyncReport report = registry.sync(ConflictPolicy.DRUPAL);
    assertThat(report.conflicts()).as("nobody has changed the node").isEmpty();
    assertThat(attributes("files").path(METADATA).asText()).contains("changed");
    registry.store.deleteLink(link);
    pass();
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"by\": \"an editor\"}"));
    pass();
    report = registry.sync(ConflictPolicy.DRUPAL);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(METADATA);
    assertThat(registry.metadata("files")).contains("an editor");
  }

  // From Drupal to the registry.

  @Test
  void aNodeBecomesAConnectionAndIsClaimed() {
    Map<String, Object> weather = http("weather");
    weather.put("field_mcp_capabilities", List.of(" forecast ", "now"));
    weather.put(METADATA, "{\"owner\": \"editors\"}");
    weather.put("field_mcp_health_check", "{\"interval\": 60}");
    UUID node = site.create(weather);
    pass();
    SyncReport report = registry.sync();
    assertThat(report.status()).as("%s", report).isEqualTo(Status.COMPLETED);
    assertCounts(report, 0, 1, 0, 0, 0);
    Connection connection = registry.named("weather");
    assertThat(connection.registration().capabilities()).containsExactly("forecast", "now");
    assertThat(connection.registration().healthCheck().interval()).isEqualTo(60);
    assertThat(registry.metadata("weather")).contains("editors");
    JsonNode attributes = site.node(node).orElseThrow().path("attributes");
    assertThat(attributes.path("field_mcp_connection_id").asText()).isEqualTo(connection.id());
    assertThat(attributes.path(REGISTRY).asText()).startsWith("mcp-registry-");
    assertThat(attributes.path(ENDPOINT).asText())
        .as("what the editor wrote stays")
        .isEqualTo("{ \"url\": \"http://127.0.0.1:7/mcp\" }");
    assertThat(registry.audited())
        .extracting(AuditEntry::action, AuditEntry::target, AuditEntry::principal)
        .contains(
            org.assertj.core.groups.Tuple.tuple(
                "startDrupalSync/register", connection.id(), "key-test"));
    pass();
    site.forget();
    assertCounts(registry.sync(), 0, 0, 0, 0, 1);
    assertThat(site.writes()).isZero();
  }

  @Test
  void oneBadNodeDoesNotStopTheOthers() {
    Map<String, Object> broken = http("broken");
    broken.put(ENDPOINT, "no JSON");
    Map<String, Object> forbidden = http("metadata-service");
    forbidden.put(ENDPOINT, "{\"url\": \"http://169.254.169.254/mcp\"}");
    site.create(http("bad name!"));
    site.create(broken);
    site.create(forbidden);
    site.create(http("weather"));
    site.create(http("weather"));
    pass();
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(report.pulled()).isEqualTo(1);
    assertThat(report.errors())
        .extracting(SyncError::field, SyncError::reason)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("title", Reason.INVALID),
            org.assertj.core.groups.Tuple.tuple(ENDPOINT, Reason.INVALID),
            org.assertj.core.groups.Tuple.tuple(ENDPOINT, Reason.INVALID),
            org.assertj.core.groups.Tuple.tuple("title", Reason.NAME_TAKEN));
    assertThat(registry.connections.present()).isEqualTo(1);
  }

  @Test
  void jsonThatIsTooDeepStopsNobody() {
    for (int i = 0; i < 6; i++) {
      Map<String, Object> deep = http("deep" + i);
      deep.put(METADATA, "{\"a\":".repeat(400) + "1" + "}".repeat(400));
      site.create(deep);
    }
    site.create(http("weather"));
    pass();
    SyncReport report = registry.sync();
    assertThat(report.pulled()).isEqualTo(1);
    assertThat(report.errors()).hasSize(6).allMatch(e -> METADATA.equals(e.field()));
  }

  @Test
  void oneNodeThatDrupalRefusesDoesNotStopTheOthers() {
    registry.register("first");
    registry.register("second");
    registry.register("third");
    site.answer(
        request -> request.method().equals("POST") && request.body().contains("\"second\""),
        1,
        new Canned(
            422,
            Map.of("content-type", SiteAnswer.JSON_API),
            """
            {"errors": [{"status": "422", "detail": "title: no good",
              "source": {"pointer": "/data/attributes/title"}}]}
            """));
    SyncReport report = registry.sync();
    assertThat(report.pushed()).isEqualTo(2);
    SyncError error = only(report);
    assertThat(error.field()).isEqualTo("title");
    assertThat(error.connectionId()).isEqualTo(registry.named("second").id());
    assertThat(error.message()).contains("no good");
  }

  @Test
  void aCommandFromDrupalIsNotTakenOver() {
    site.create(stdio("evil"));
    pass();
    assertThat(only(registry.sync()).reason()).isEqualTo(Reason.COMMAND_REFUSED);
    assertThat(registry.connections.findByName("evil")).isEmpty();
  }

  @Test
  void aCommandThatAnEditorChangesIsNotTakenOverAndTheRestIs() {
    registry.add(
        """
        {"name": "git", "type": "server", "protocol": "stdio", "endpoint": {"command": "git-mcp"}}
        """);
    inStep();
    site.edit(
        nodeOf("git"), Map.of(ENDPOINT, "{\"command\": \"sh\"}", METADATA, "{\"note\": \"x\"}"));
    pass();
    SyncReport report = registry.sync();
    assertThat(only(report).reason()).isEqualTo(Reason.COMMAND_REFUSED);
    assertThat(only(report).field()).isEqualTo(ENDPOINT);
    assertThat(String.valueOf(registry.named("git").registration().endpoint())).contains("git-mcp");
    assertThat(registry.metadata("git")).contains("note");
    assertThat(attributes("git").path(ENDPOINT).asText()).as("left alone").contains("sh");
  }

  @Test
  void aServerDoesNotBecomeACommandByAnEditor() {
    inStep("docs");
    site.edit(
        nodeOf("docs"), Map.of("field_mcp_protocol", "stdio", ENDPOINT, "{\"command\": \"sh\"}"));
    pass();
    assertThat(only(registry.sync()).reason()).isEqualTo(Reason.COMMAND_REFUSED);
    assertThat(registry.named("docs").registration().endpoint()).isInstanceOf(HttpEndpoint.class);
  }

  @Test
  void whereCommandsAreAllowedWhoSyncsNeedsTheRightToo() {
    restart(new Options(CredentialScheme.X_API_KEY, Duration.ofSeconds(5), true));
    site.create(stdio("tool"));
    pass();
    SyncReport report = registry.syncBy(SyncedRegistry.who(Permission.WRITE));
    assertThat(only(report).reason()).isEqualTo(Reason.FORBIDDEN);
    assertThat(registry.connections.findByName("tool")).isEmpty();
    assertThat(registry.sync().pulled()).isEqualTo(1);
    assertThat(String.valueOf(registry.named("tool").registration().endpoint())).contains("sh");
  }

  @Test
  void theMaskInANodeStandsForTheSecretThatTheRegistryHas() {
    registry.add(
        """
        {"name": "docs", "type": "server", "protocol": "http", "endpoint": {
          "url": "http://127.0.0.1:9/mcp", "headers": {"Authorization": "Bearer abc", "X-A": "b"}}}
        """);
    inStep();
    site.edit(
        nodeOf("docs"),
        Map.of(
            ENDPOINT,
            "{\"url\":\"http://127.0.0.1:9/other\",\"headers\":{\"Authorization\":\"***\"}}"));
    pass();
    SyncReport report = registry.sync();
    assertThat(report.status()).as("%s", report).isEqualTo(Status.COMPLETED);
    HttpEndpoint endpoint = docs();
    assertThat(endpoint.url().getPath()).isEqualTo("/other");
    assertThat(endpoint.headers()).containsExactly(Map.entry("Authorization", "Bearer abc"));
    pass();
    site.edit(
        nodeOf("docs"),
        Map.of(
            ENDPOINT,
            "{\"url\":\"http://127.0.0.2:9/mcp\",\"headers\":{\"Authorization\":\"***\"}}"));
    pass();
    SyncError error = only(registry.sync());
    assertThat(error.message()).contains("Authorization", "another address");
    assertThat(docs().url().getHost()).isEqualTo("127.0.0.1");
  }

  private HttpEndpoint docs() {
    return (HttpEndpoint) Objects.requireNonNull(registry.named("docs").registration().endpoint());
  }

  // Both have changed.

  @Test
  void changesOfDifferentFieldsGoBothWays() {
    inStep("files");
    site.edit(nodeOf("files"), Map.of("title", "files-eu"));
    pass();
    registry.change("files", "{\"here\": 1}");
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.COMPLETED);
    assertCounts(report, 0, 0, 1, 0, 0);
    assertThat(registry.metadata("files-eu")).contains("here");
    assertThat(attributes("files-eu").path(METADATA).asText()).contains("here");
    pass();
    site.forget();
    assertCounts(registry.sync(), 0, 0, 0, 0, 1);
    assertThat(site.writes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "REGISTRY, REGISTRY, here, here, COMPLETED",
    "DRUPAL, DRUPAL, there, there, COMPLETED",
    "NEWEST, REGISTRY, here, here, COMPLETED", // The site's clock is behind.
    "MANUAL, UNRESOLVED, here, there, PARTIAL"
  })
  void theSameFieldIsAConflictThatThePolicyDecides(
      ConflictPolicy policy, Resolution resolution, String here, String there, Status status) {
    inStep("files");
    registry.change("files", "{\"here\": 1}");
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"there\": 1}"));
    pass();
    SyncReport report = registry.sync(policy);
    assertThat(report.status()).isEqualTo(status);
    assertThat(report.conflicts()).hasSize(1);
    assertThat(report.conflicts().getFirst().field()).isEqualTo(METADATA);
    assertThat(report.conflicts().getFirst().resolution()).isEqualTo(resolution);
    assertThat(registry.metadata("files")).contains(here);
    assertThat(attributes("files").path(METADATA).asText()).contains(there);
  }

  @Test
  void theNewestOfTwoIsThatOfTheEditorWhoCameLater() {
    inStep("files");
    registry.change("files", "{\"here\": 1}");
    clock.advance(Duration.between(clock.instant(), Instant.now().plusSeconds(60)));
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"there\": 1}"));
    pass();
    SyncReport report = registry.sync(ConflictPolicy.NEWEST);
    assertThat(report.conflicts().getFirst().resolution()).isEqualTo(Resolution.DRUPAL);
    assertThat(registry.metadata("files")).contains("there");
  }

  @Test
  void whatAnEditorChangesBetweenReadAndWriteIsNotWrittenOver() {
    inStep("files");
    UUID node = nodeOf("files");
    registry.change("files", "{\"here\": 1}");
    site.before(
        is("PATCH"),
        () -> {
          pass();
          site.edit(node, Map.of("title", "files-eu", METADATA, "{\"there\": 1}"));
          pass();
        });
    SyncReport report = registry.sync(ConflictPolicy.DRUPAL);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(METADATA);
    assertThat(registry.metadata("files-eu")).contains("there");
    assertThat(attributes("files-eu").path(METADATA).asText()).contains("there");
  }

  @Test
  void ofTwoWritesInTheSameMomentOneIsMadeAgain() {
    inStep("files");
    UUID node = nodeOf("files");
    registry.change("files", "{\"here\": 1}");
    site.between(
        is("PATCH"),
        () -> {
          pass();
          site.edit(node, Map.of("title", "files-eu"));
          pass();
        });
    SyncReport report = registry.sync();
    assertThat(report.status()).as("%s", report).isEqualTo(Status.COMPLETED);
    assertThat(registry.named("files-eu").id()).isNotEmpty();
    assertThat(attributes("files-eu").path(METADATA).asText()).contains("here");
  }

  /** The lock sees whole seconds only. */
  @Test
  void whatIsChangedInTheSecondInWhichItWasReadIsLookedAtAgain() {
    inStep("files");
    UUID node = nodeOf("files");
    registry.change("files", "{\"here\": 1}");
    site.edit(node, Map.of("field_mcp_capabilities", List.of("one")));
    site.after(DrupalSyncTest::isList, () -> site.edit(node, Map.of(METADATA, "{\"there\": 1}")));
    site.before(
        request -> isNode(node.toString()).test(request) && is("GET").test(request), this::pass);
    SyncReport report = registry.sync(ConflictPolicy.DRUPAL);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(METADATA);
    assertThat(registry.metadata("files")).contains("there");
  }

  @Test
  void whatBothChangeWhileASyncRunsIsAConflict() {
    inStep("files", "a", "b", "c", "d");
    String gone = nodeOf("a").toString();
    site.delete(nodeOf("a"));
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"there\": 1}"));
    pass();
    // After it was looked at what there is, and before anything is changed.
    site.before(isNode(gone), () -> registry.change("files", "{\"late\": 1}"));
    SyncReport report = registry.sync();
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(METADATA);
    assertThat(registry.metadata("files")).contains("late");
  }

  @Test
  void whatAnEditorChangesBeforeTheNodeIsClaimedIsTakenOver() {
    UUID node = site.create(http("weather"));
    pass();
    site.before(
        is("PATCH"),
        () -> {
          pass();
          site.edit(node, Map.of(METADATA, "{\"late\": 1}"));
          pass();
        });
    assertThat(registry.sync().pulled()).isEqualTo(1);
    assertThat(registry.metadata("weather")).contains("late");
  }

  @Test
  void whatChangesHereWhileASyncRunsIsNotWrittenOver() {
    inStep("files");
    site.edit(nodeOf("files"), Map.of("title", "files-eu"));
    pass();
    site.after(DrupalSyncTest::isList, () -> registry.change("files", "{\"late\": 1}"));
    assertThat(registry.sync().status()).isEqualTo(Status.COMPLETED);
    assertThat(registry.metadata("files-eu")).contains("late");
  }

  // Deletions.

  @Test
  void aDisconnectedConnectionIsFlaggedAndItsNodeDeletedAtThePurge() {
    inStep("files", "docs");
    UUID node = nodeOf("files");
    registry.connections.disconnect(registry.named("files").id(), true);
    assertCounts(registry.sync(), 0, 0, 0, 1, 1);
    JsonNode flagged = site.node(node).orElseThrow().path("attributes");
    assertThat(flagged.path(DELETED).asBoolean()).isTrue();
    assertThat(flagged.path("field_mcp_status").asText()).isEqualTo("disconnected");
    pass();
    site.forget();
    assertCounts(registry.sync(), 0, 0, 0, 0, 2);
    assertThat(site.writes()).isZero();
    registry.connections.purge(Duration.ofDays(-1));
    assertCounts(registry.sync(), 0, 0, 0, 1, 1);
    assertThat(site.node(node)).isEmpty();
    assertCounts(registry.sync(), 0, 0, 0, 0, 1);
  }

  @Test
  void whatWasNeverFlaggedIsFlaggedBeforeItIsDeleted() {
    inStep("files");
    UUID node = nodeOf("files");
    registry.connections.disconnect(registry.named("files").id(), true);
    registry.connections.purge(Duration.ofDays(-1));
    registry.sync();
    assertThat(site.node(node).orElseThrow().path("attributes").path(DELETED).asBoolean()).isTrue();
    pass();
    registry.sync();
    assertThat(site.node(node)).isEmpty();
  }

  @Test
  void aDeletedNodeDisconnectsItsConnection() {
    inStep("a", "b", "c", "d", "e");
    site.delete(nodeOf("c"));
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.COMPLETED);
    assertCounts(report, 0, 0, 0, 1, 4);
    assertThat(registry.connections.findByName("c")).isEmpty();
    assertCounts(registry.sync(), 0, 0, 0, 0, 4);
  }

  @Test
  void aFlagOfAnEditorDisconnectsTheConnectionAndTakingItAwayRegistersItAnew() {
    inStep("a", "b", "c", "d", "e");
    UUID node = nodeOf("c");
    String id = registry.named("c").id();
    site.edit(node, Map.of(DELETED, true));
    pass();
    assertCounts(registry.sync(), 0, 0, 0, 1, 4);
    assertThat(registry.connections.findByName("c")).isEmpty();
    site.edit(node, Map.of(DELETED, false));
    pass();
    assertCounts(registry.sync(), 0, 1, 0, 0, 4);
    assertThat(registry.named("c").id()).isNotEqualTo(id);
    assertThat(
            site.node(node)
                .orElseThrow()
                .path("attributes")
                .path("field_mcp_connection_id")
                .asText())
        .isEqualTo(registry.named("c").id());
  }

  @Test
  void moreThanAFifthThatIsGoneStopsTheSyncWithAQuestion() {
    inStep("a", "b", "c", "d", "e");
    site.delete(nodeOf("a"));
    site.delete(nodeOf("b"));
    registry.change("e", "{\"here\": 1}");
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(only(report).reason()).isEqualTo(Reason.MANY_DELETIONS);
    assertThat(only(report).message()).contains("2 of 5", "acceptDeletions 2");
    assertThat(site.writes()).isZero();
    assertThat(registry.connections.present()).isEqualTo(5);
    assertThat(registry.accepting(1).status()).isEqualTo(Status.FAILED);
    assertCounts(registry.accepting(2), 0, 0, 1, 2, 2);
    assertThat(registry.connections.present()).isEqualTo(3);
  }

  @Test
  void aPushMakesDeletedNodesAgain() {
    inStep("a", "b");
    UUID node = nodeOf("a");
    site.delete(node);
    SyncReport report = registry.sync(SyncMode.PUSH);
    assertCounts(report, 1, 0, 0, 0, 1);
    assertThat(site.node(node)).isPresent();
    assertThat(registry.connections.present()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"REGISTRY", "DRUPAL", "MANUAL"},
      value = ConflictPolicy.class)
  void whatWasDeletedThereAndChangedHereIsAConflict(ConflictPolicy policy) {
    inStep("a", "b", "c", "d", "e");
    UUID node = nodeOf("a");
    registry.change("a", "{\"here\": 1}");
    site.delete(node);
    SyncReport report = registry.sync(policy);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(DELETED);
    assertThat(site.node(node).isPresent()).isEqualTo(policy == ConflictPolicy.REGISTRY);
    assertThat(registry.connections.findByName("a").isPresent())
        .isEqualTo(policy != ConflictPolicy.DRUPAL);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"REGISTRY", "DRUPAL", "MANUAL"},
      value = ConflictPolicy.class)
  void whatWasDeletedHereAndChangedThereIsAConflict(ConflictPolicy policy) {
    inStep("a");
    UUID node = nodeOf("a");
    registry.connections.disconnect(registry.named("a").id(), true);
    site.edit(node, Map.of(METADATA, "{\"there\": 1}"));
    pass();
    SyncReport report = registry.sync(policy);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(DELETED);
    assertThat(site.node(node).orElseThrow().path("attributes").path(DELETED).asBoolean())
        .isEqualTo(policy == ConflictPolicy.REGISTRY);
    assertThat(registry.connections.findByName("a").isPresent())
        .isEqualTo(policy == ConflictPolicy.DRUPAL);
  }

  @Test
  void nodesThatAreDeletedWhileASyncGoesOnAreLeftToTheNextOne() {
    inStep("a", "b", "c");
    registry.change("a", "{\"here\": 1}");
    registry.change("b", "{\"here\": 1}");
    registry.change("c", "{\"here\": 1}");
    List<UUID> all = List.of(nodeOf("a"), nodeOf("b"), nodeOf("c"));
    site.before(is("PATCH"), () -> all.forEach(site::delete));
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(report.deleted()).isZero();
    assertThat(registry.connections.present()).isEqualTo(3);
    assertThat(only(registry.sync()).reason()).isEqualTo(Reason.MANY_DELETIONS);
  }

  @Test
  void whatIsChangedHereBeforeItIsDisconnectedIsAConflict() {
    inStep("a", "b", "c", "d", "e");
    site.edit(nodeOf("a"), Map.of(DELETED, true));
    pass();
    site.after(DrupalSyncTest::isList, () -> registry.change("a", "{\"late\": 1}"));
    SyncReport report = registry.sync();
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(DELETED);
    assertThat(registry.named("a").isDisconnected()).isFalse();
  }

  @Test
  void aFlagThatWasTakenAwayMeanwhileDisconnectsNothing() {
    inStep("a", "b", "c", "d", "e");
    UUID node = nodeOf("a");
    site.edit(node, Map.of(DELETED, true));
    pass();
    site.after(
        DrupalSyncTest::isList,
        () -> {
          site.edit(node, Map.of(DELETED, false));
          pass();
        });
    assertThat(registry.sync().deleted()).isZero();
    assertThat(registry.connections.present()).isEqualTo(5);
  }

  @Test
  void aFlagThatWasTakenAwayMeanwhileDeletesNoNode() {
    inStep("a");
    UUID node = nodeOf("a");
    registry.connections.disconnect(registry.named("a").id(), true);
    registry.sync();
    registry.connections.purge(Duration.ofDays(-1));
    pass();
    site.after(
        DrupalSyncTest::isList,
        () -> {
          site.edit(node, Map.of(DELETED, false));
          pass();
        });
    registry.sync();
    assertThat(site.node(node)).isPresent();
    assertThat(registry.connections.findByName("a")).as("the editor wants it back").isPresent();
  }

  @Test
  void whatWasPurgedHereAndChangedThereIsAConflict() {
    inStep("a");
    UUID node = nodeOf("a");
    registry.connections.disconnect(registry.named("a").id(), true);
    registry.connections.purge(Duration.ofDays(-1));
    site.edit(node, Map.of(METADATA, "{\"there\": 1}"));
    pass();
    SyncReport report = registry.sync(ConflictPolicy.MANUAL);
    assertThat(report.conflicts()).extracting(Conflict::field).containsExactly(DELETED);
    assertThat(site.writes()).isZero();
    registry.sync(ConflictPolicy.DRUPAL);
    assertThat(registry.metadata("a")).contains("there");
  }

  @Test
  void anUnpublishedNodeIsNotDeletedAndLeftAlone() {
    inStep("a", "b");
    site.publish(nodeOf("a"), false);
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.COMPLETED);
    assertCounts(report, 0, 0, 0, 0, 2);
    registry.change("a", "{\"here\": 1}");
    report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(report.conflicts().getFirst().message()).contains("unpublished");
    assertThat(site.writes()).isZero();
    assertThat(registry.connections.present()).isEqualTo(2);
  }

  // What is no deletion.

  @ParameterizedTest
  @CsvSource({"wrong-key", DrupalSite.NO_PERMISSION_KEY})
  void aWrongKeyDeletesNothingOnEitherSide(String key) {
    inStep("a", "b");
    registry.register("c");
    site.create(http("weather"));
    SyncReport report = registry.syncWith(key);
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(only(report).reason()).isEqualTo(Reason.KEY_REFUSED);
    assertThat(site.writes()).isZero();
    assertThat(registry.connections.present()).isEqualTo(3);
  }

  @Test
  void aKeyThatIsWithdrawnInBetweenDeletesNothing() {
    inStep("a", "b");
    site.before(DrupalSyncTest::isList, () -> site.keyHeader("x-other"));
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(report.deleted()).isZero();
    assertThat(registry.connections.present()).isEqualTo(2);
    assertThat(site.nodes()).hasSize(2);
  }

  @Test
  void aKeyThatIsWithdrawnBeforeAnythingIsMissedDeletesNothing() {
    inStep("a", "b", "c", "d", "e");
    String gone = nodeOf("a").toString();
    site.delete(nodeOf("a"));
    site.before(isNode(gone), () -> site.keyHeader("x-other"));
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(only(report).reason()).isEqualTo(Reason.KEY_REFUSED);
    assertThat(registry.connections.present()).isEqualTo(5);
  }

  @Test
  void anEmptyListDeletesNothingThatIsThere() {
    inStep("a", "b");
    site.answer(
        DrupalSyncTest::isList,
        1,
        new Canned(200, Map.of("content-type", SiteAnswer.JSON_API), "{\"data\": []}"));
    assertCounts(registry.sync(), 0, 0, 0, 0, 2);
    assertThat(registry.connections.present()).isEqualTo(2);
  }

  @Test
  void aListThatLeavesNodesOutDeletesNothing() {
    inStep("a", "b", "c", "d", "e");
    site.delete(nodeOf("a"));
    site.answer(
        DrupalSyncTest::isList,
        1,
        new Canned(
            200,
            Map.of("content-type", SiteAnswer.JSON_API),
            "{\"data\": [], \"meta\": {\"omitted\": {}}}"));
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(only(report).reason()).isEqualTo(Reason.INCOMPLETE);
    assertThat(report.deleted()).isZero();
    assertThat(registry.connections.present()).isEqualTo(5);
  }

  // One direction.

  @Test
  void aPushChangesNothingHereAndAPullNothingThere() {
    inStep("files");
    site.edit(nodeOf("files"), Map.of("title", "files-eu"));
    site.create(http("weather"));
    pass();
    registry.change("files", "{\"here\": 1}");
    registry.register("docs");
    assertCounts(registry.sync(SyncMode.PUSH), 1, 0, 1, 0, 0);
    assertThat(registry.connections.findByName("weather")).isEmpty();
    assertThat(registry.named("files").registration().name()).isEqualTo("files");
    assertThat(attributes("files-eu").path(METADATA).asText()).contains("here");
    pass();
    registry.change("files", "{\"here\": 2}");
    site.forget();
    assertCounts(registry.sync(SyncMode.PULL), 0, 1, 1, 0, 1);
    assertThat(site.writes()).isZero();
    assertThat(registry.metadata("files-eu")).contains("2");
    assertThat(registry.named("weather").status()).isEqualTo(ConnectionStatus.ACTIVE);
    assertThat(registry.sync().status()).isEqualTo(Status.COMPLETED);
    assertThat(attributes("files-eu").path(METADATA).asText()).contains("2");
  }

  @Test
  void aDryRunTellsWhatWouldBeDoneAndDoesNothing() {
    inStep("a", "b", "c", "d", "e", "f");
    site.delete(nodeOf("a"));
    site.edit(nodeOf("b"), Map.of("title", "b-eu"));
    site.create(http("weather"));
    pass();
    registry.register("new");
    registry.connections.disconnect(registry.named("f").id(), true);
    SyncReport told = registry.dryRun();
    assertCounts(told, 1, 1, 1, 2, 3);
    assertThat(site.writes()).isZero();
    assertThat(registry.named("b").registration().name()).isEqualTo("b");
    assertThat(registry.connections.present()).isEqualTo(6);
    assertCounts(registry.sync(), 1, 1, 1, 2, 3);
  }

  // Two registries.

  @Test
  void twoRegistriesLeaveEachOthersNodesAlone() {
    try (SyncedRegistry other = new SyncedRegistry(site, otherFolder)) {
      inStep("files");
      other.register("files");
      other.register("docs");
      assertCounts(other.sync(), 2, 0, 0, 0, 0);
      pass();
      assertCounts(registry.sync(), 0, 0, 0, 0, 1);
      assertThat(registry.connections.present()).isEqualTo(1);
      site.create(http("weather"));
      pass();
      assertThat(registry.sync().pulled()).isEqualTo(1);
      pass();
      assertThat(other.sync().pulled()).as("it is the first one's").isZero();
      other.connections.disconnect(other.named("docs").id(), true);
      other.sync();
      assertThat(registry.sync().deleted()).isZero();
      assertThat(registry.connections.present()).isEqualTo(2);
    }
  }

  @Test
  void aNodeThatAnotherRegistryHasTakenIsLeftToIt() {
    UUID node = site.create(http("weather"));
    pass();
    site.before(
        is("PATCH"),
        () -> {
          site.edit(node, Map.of(REGISTRY, "another"));
          pass();
        });
    assertThat(registry.sync().pulled()).isZero();
    assertThat(registry.connections.findByName("weather")).isEmpty();
  }

  @Test
  void aNodeOfAnotherRegistryIsLeftAloneAlsoUnderTheIdOfOurs() {
    inStep("files");
    site.edit(nodeOf("files"), Map.of(REGISTRY, "another", METADATA, "{\"theirs\": 1}"));
    pass();
    registry.change("files", "{\"here\": 1}");
    for (int i = 0; i < 2; i++) {
      SyncReport report = registry.sync();
      assertThat(report.status()).isEqualTo(Status.PARTIAL);
      assertThat(report.conflicts()).extracting(Conflict::field).contains(REGISTRY);
      pass();
    }
    assertThat(attributes("files").path(REGISTRY).asText()).isEqualTo("another");
    assertThat(attributes("files").path(METADATA).asText()).contains("theirs");
  }

  @Test
  void byAFormerNameNodesOfConnectionsAreKnownAndOthersAreNotTaken() {
    registry.store.registryNames("former", true);
    inStep("files");
    site.edit(nodeOf("files"), Map.of(REGISTRY, "former"));
    Map<String, Object> other = http("weather");
    other.put(REGISTRY, "former");
    site.create(other);
    pass();
    assertCounts(registry.sync(), 0, 0, 1, 0, 0);
    assertThat(attributes("files").path(REGISTRY).asText()).startsWith("mcp-registry-");
    assertThat(attributes("weather").path(REGISTRY).asText()).isEqualTo("former");
  }

  @Test
  void aManualConflictStaysOneAlsoWithoutWhatTheyAgreedOn() {
    inStep("files");
    registry.store.deleteLink(registry.store.loadLinks(site.origin().toString()).getFirst());
    site.edit(nodeOf("files"), Map.of(METADATA, "{\"there\": 1}"));
    pass();
    for (int i = 0; i < 3; i++) {
      assertThat(registry.sync(ConflictPolicy.MANUAL).conflicts()).hasSize(1);
      pass();
    }
    assertThat(attributes("files").path(METADATA).asText()).contains("there");
  }

  // What the site says.

  private SyncReport afterA(Runnable change) {
    inStep("a");
    registry.change("a", "{\"here\": 1}");
    change.run();
    return registry.sync();
  }

  @Test
  void aSiteThatTakesNoWritesSaysSo() {
    SyncReport report = afterA(() -> site.readOnly(true));
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(only(report).reason()).isEqualTo(Reason.READ_ONLY);
    assertThat(only(report).message()).contains("/admin/config/services/jsonapi");
  }

  @Test
  void whatWasTakenOverBeforeTheSiteRefusedIsNoFailure() {
    inStep("a");
    registry.change("a", "{\"here\": 1}");
    site.edit(nodeOf("a"), Map.of("title", "a-eu", "field_mcp_health_check", "{\"interval\": 60}"));
    pass();
    site.readOnly(true);
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(only(report).reason()).isEqualTo(Reason.READ_ONLY);
    assertThat(registry.named("a-eu").isDisconnected()).isFalse();
    site.readOnly(false);
    assertThat(registry.sync(ConflictPolicy.MANUAL).conflicts()).isEmpty();
    assertThat(attributes("a-eu").path(METADATA).asText()).contains("here");
  }

  @Test
  void aSiteWithoutJsonApiSaysSo() {
    assertThat(only(afterA(() -> site.jsonApi(false))).reason()).isEqualTo(Reason.NOT_JSON_API);
  }

  @Test
  void aSiteWithoutTheContentTypeSaysSo() {
    SyncReport report = afterA(() -> site.contentType(false));
    assertThat(only(report).reason()).isEqualTo(Reason.CONTENT_TYPE_MISSING);
    assertThat(registry.connections.present()).isEqualTo(1);
  }

  @Test
  void aLoginPageIsNoJsonApi() {
    Canned page = new Canned(200, Map.of("content-type", "text/html"), "<h1>Log in</h1>");
    SyncReport report = afterA(() -> site.answer(DrupalSyncTest::isList, 1, page));
    assertThat(only(report).reason()).isEqualTo(Reason.NOT_JSON_API);
    assertThat(only(report).message()).contains("text/html", "login page");
  }

  @Test
  void aMediaTypeThatIsNotTakenIsSaid() {
    Canned refusal =
        new Canned(415, Map.of("content-type", SiteAnswer.JSON_API), "{\"errors\":[]}");
    SyncReport report = afterA(() -> site.answer(is("PATCH"), 1, refusal));
    assertThat(only(report).reason()).isEqualTo(Reason.MEDIA_TYPE);
  }

  @Test
  void aRedirectIsNotFollowedAndTheKeyGoesNowhereElse() throws IOException {
    try (DrupalSite elsewhere = DrupalSite.start()) {
      Canned moved = new Canned(302, Map.of("location", elsewhere.origin() + "/jsonapi"), "");
      SyncReport report =
          afterA(() -> site.answer(request -> request.path().equals("/jsonapi"), 1, moved));
      assertThat(only(report).reason()).isEqualTo(Reason.REDIRECTED);
      assertThat(only(report).message()).contains(elsewhere.origin().toString());
      assertThat(elsewhere.received()).isEmpty();
    }
  }

  @Test
  void aShortMaintenanceIsWaitedFor() {
    Canned pause =
        new Canned(
            503,
            Map.of("content-type", SiteAnswer.JSON_API, "retry-after", "1"),
            "{\"errors\":[]}");
    SyncReport report = afterA(() -> site.answer(is("PATCH"), 1, pause));
    assertThat(report.status()).isEqualTo(Status.COMPLETED);
    assertThat(attributes("a").path(METADATA).asText()).contains("here");
  }

  @Test
  void aLongMaintenanceEndsTheSyncAndTheNextOneFinishesIt() {
    for (int i = 0; i < 20; i++) {
      registry.register("c" + i);
    }
    site.after(request -> request.body().contains("\"c9\""), () -> site.maintenance(true, 60));
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(only(report).reason()).isEqualTo(Reason.MAINTENANCE);
    assertThat(only(report).message()).contains("503", "60");
    assertThat(report.pushed()).isBetween(1, 19);
    site.maintenance(false);
    pass();
    SyncReport next = registry.sync();
    assertThat(next.status()).isEqualTo(Status.COMPLETED);
    assertThat(next.pushed()).isEqualTo(20 - report.pushed());
    assertThat(site.nodes()).hasSize(20);
  }

  @Test
  void aNodeThatAlwaysFailsDoesNotStopTheOthers() {
    inStep("a", "b");
    registry.change("a", "{\"here\": 1}");
    registry.change("b", "{\"here\": 1}");
    Canned error = new Canned(500, Map.of("content-type", "text/html"), "<h1>Oh</h1>");
    site.answer(
        request -> is("PATCH").test(request) && isNode(nodeOf("a").toString()).test(request),
        100,
        error);
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.PARTIAL);
    assertThat(only(report).reason()).isEqualTo(Reason.SITE_ERROR);
    assertThat(attributes("b").path(METADATA).asText()).contains("here");
  }

  @Test
  void aSiteThatIsNotThereSaysSo() {
    inStep("a");
    site.close();
    SyncReport report = registry.sync();
    assertThat(report.status()).isEqualTo(Status.FAILED);
    assertThat(only(report).reason()).isEqualTo(Reason.UNREACHABLE);
  }

  @Test
  void aUserWhoMayNotWriteIsTold() {
    registry.register("a");
    SyncReport report = registry.syncWith(DrupalSite.READ_KEY);
    assertThat(only(report).reason()).isEqualTo(Reason.FORBIDDEN);
    assertThat(only(report).message()).contains("MCP sync");
  }

  // Keys.

  @ParameterizedTest
  @EnumSource(CredentialScheme.class)
  void theKeyIsSentAsTheOperatorSays(CredentialScheme scheme) {
    restart(new Options(scheme, Duration.ofSeconds(5), false));
    site.bearer(scheme == CredentialScheme.BEARER);
    site.keyHeader(scheme == CredentialScheme.API_KEY ? "api-key" : "x-api-key");
    registry.register("a");
    String key =
        scheme == CredentialScheme.BASIC
            ? DrupalSite.SYNC_USER + ":" + DrupalSite.SYNC_PASSWORD
            : DrupalSite.SYNC_KEY;
    assertThat(registry.syncWith(key).pushed()).isEqualTo(1);
    assertThat(site.received()).noneMatch(r -> (r.path() + r.query()).contains(key));
  }

  @Test
  void aSecretIsSentWhereItIsBoundTo() {
    registry.register("a");
    assertThat(registry.syncWith("${" + SyncedRegistry.SECRET + "}").pushed()).isEqualTo(1);
    assertThatThrownBy(() -> registry.syncWith("${OTHER}"))
        .isInstanceOf(SyncRefusedException.KeyUnknown.class)
        .hasMessageContaining("OTHER@" + site.origin());
  }

  @Test
  void aKeyOfSeveralLinesIsRefusedWithoutBeingTold() {
    assertThatThrownBy(() -> registry.syncWith("first-line\nsecond-line"))
        .isInstanceOf(SyncRefusedException.KeyUnknown.class)
        .hasMessageNotContaining("line-")
        .hasMessageContaining("one line");
    assertThat(site.received()).isEmpty();
  }

  @Test
  void onlyTheOperatorsSitesAreSyncedWith() throws IOException {
    try (DrupalSite other = DrupalSite.start()) {
      SyncRequest usual = registry.request(SyncMode.PUSH, ConflictPolicy.REGISTRY);
      SyncRequest elsewhere =
          new SyncRequest(
              SiteAddress.parse(other.origin().toString()),
              usual.apiKey(),
              usual.mode(),
              usual.conflictPolicy(),
              false,
              0,
              usual.principal(),
              usual.from());
      assertThatThrownBy(() -> registry.sync(elsewhere))
          .isInstanceOf(SyncRefusedException.OriginNotListed.class)
          .hasMessageContaining("MCP_REGISTRY_DRUPAL_ORIGINS");
      assertThat(other.received()).isEmpty();
    }
  }

  @Test
  void theKeyIsInNoMessageEvenIfTheSiteRepeatsIt() {
    registry.register("a");
    site.answer(
        is("POST"),
        1,
        new Canned(
            422,
            Map.of("content-type", SiteAnswer.JSON_API),
            "{\"errors\": [{\"detail\": \"no good: " + DrupalSite.SYNC_KEY + "\"}]}"));
    SyncReport report = registry.sync();
    assertThat(only(report).message()).contains("no good: ***");
    assertThat(report.toString()).doesNotContain(DrupalSite.SYNC_KEY);
    assertThat(registry.store.loadSyncs(10).toString()).doesNotContain(DrupalSite.SYNC_KEY);
  }

  // Jobs.

  @Test
  void oneSyncOfAnOriginRunsAtATime() {
    registry.register("a");
    site.delay(Duration.ofMillis(200));
    SyncRequest request = registry.request(SyncMode.PUSH, ConflictPolicy.REGISTRY);
    String first = registry.syncs.start(request).syncId();
    assertThatThrownBy(() -> registry.syncs.start(request))
        .isInstanceOf(SyncRefusedException.AlreadyRunning.class)
        .hasMessageContaining(first);
    assertThat(registry.syncs.find(first).orElseThrow().isRunning()).isTrue();
    assertThat(registry.ended(first).pushed()).isEqualTo(1);
    assertThat(registry.sync().status()).isEqualTo(Status.COMPLETED);
    assertThat(registry.syncs.list()).hasSize(2);
  }

  @Test
  void aSyncThatIsStoppedIsFinishedByTheNextOne() {
    for (int i = 0; i < 40; i++) {
      registry.register("c" + i);
    }
    site.delay(Duration.ofMillis(50));
    site.after(request -> request.body().contains("\"c9\""), () -> registry.syncs.close());
    String id =
        registry.syncs.start(registry.request(SyncMode.PUSH, ConflictPolicy.REGISTRY)).syncId();
    SyncReport stopped = registry.ended(id);
    assertThat(stopped.status()).isEqualTo(Status.PARTIAL);
    assertThat(only(stopped).reason()).isEqualTo(Reason.INTERRUPTED);
    restart(Options.USUAL);
    assertThat(registry.syncs.find(id)).contains(stopped);
    pass();
    site.delay(Duration.ZERO);
    assertThat(registry.sync().status()).isEqualTo(Status.COMPLETED);
    assertThat(site.nodes()).hasSize(40);
  }

  @Test
  void aConnectionWhosePairWasNotKeptIsFoundAgainAlsoIfItWasChangedSince() {
    UUID node = site.create(http("weather"));
    pass();
    registry.sync();
    registry.store.deleteLink(registry.store.loadLinks(site.origin().toString()).getFirst());
    site.edit(node, Map.of("field_mcp_connection_id", "new", METADATA, "{\"there\": 1}"));
    pass();
    SyncReport report = registry.sync(ConflictPolicy.DRUPAL);
    assertThat(report.status()).as("%s", report).isEqualTo(Status.COMPLETED);
    assertThat(registry.metadata("weather")).contains("there");
    assertThat(site.nodes()).hasSize(1);
    assertThat(registry.connections.present()).isEqualTo(1);
  }

  /** As after kill -9 between the registration and what is kept of it. */
  @Test
  void aConnectionWhosePairWasNotKeptIsFoundAgain() {
    UUID node = site.create(http("weather"));
    pass();
    registry.sync(SyncMode.PULL);
    Link link = registry.store.loadLinks(site.origin().toString()).getFirst();
    registry.store.deleteLink(link);
    SyncReport report = registry.sync();
    assertThat(report.status()).as("%s", report).isEqualTo(Status.COMPLETED);
    assertThat(registry.connections.present()).isEqualTo(1);
    assertThat(site.nodes()).hasSize(1);
    assertThat(
            site.node(node)
                .orElseThrow()
                .path("attributes")
                .path("field_mcp_connection_id")
                .asText())
        .isEqualTo(registry.named("weather").id());
  }
}
