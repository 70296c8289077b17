package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.connections.Connection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeContentTest {
  private static final Set<SyncField> ALL = EnumSet.allOf(SyncField.class);
  private static final Set<SyncField> NONE = Set.of();
  private static final Node EMPTY = Samples.node("{}");

  private final Offering offering = new Offering();
  private final NodeContent content = offering.content;

  @AfterEach
  void close() {
    offering.close();
  }

  private Node whole(Connection connection) {
    return NodeContent.after(EMPTY, content.whole(connection));
  }

  private static Node with(Node node, String attributes) {
    return NodeContent.after(node, Samples.json(attributes));
  }

  private static Set<String> names(ObjectNode attributes) {
    return attributes.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
  }

  @Test
  void aHashIsOfWhatEitherSideMayChangeAlone() {
    Node node = Samples.node(Samples.connection("{'metadata': {'a': 1, 'b': 2}}"), "{}");
    String hash = NodeContent.hash(node, "c");
    assertThat(NodeContent.hash(node, "d")).isNotEqualTo(hash);
    assertThat(hash).matches("[0-9a-f]{64}");
    for (String same :
        Set.of(
            "{'field_mcp_status': 'error'}",
            "{'field_mcp_hash': 'x'}",
            "{'field_mcp_revision': 9}",
            "{'field_mcp_registry': 'other'}",
            "{'field_mcp_updated': '2026-01-01T00:00:00+00:00'}",
            "{'field_mcp_capability_details': '[]'}",
            "{'changed': '2030-01-01T00:00:00+00:00'}",
            "{'field_mcp_metadata': '{ \"b\": 2, \"a\": 1 }'}",
            "{'title': ' one '}")) {
      assertThat(NodeContent.hash(with(node, same), "c")).as(same).isEqualTo(hash);
    }
    for (String other :
        Set.of(
            "{'title': 'two'}",
            "{'field_mcp_type': 'server'}",
            "{'field_mcp_protocol': 'websocket'}",
            "{'field_mcp_endpoint': '{\"url\": \"https://a.example\"}'}",
            "{'field_mcp_capabilities': ['read']}",
            "{'field_mcp_metadata': '{\"b\": 2}'}",
            "{'field_mcp_health_check': '{\"interval\": 7}'}")) {
      assertThat(NodeContent.hash(with(node, other), "c")).as(other).isNotEqualTo(hash);
    }
  }

  @Test
  void afterAWriteANodeHasWhatWasWrittenAndTheOldOneIsAsItWas() {
    Node before = Samples.node("{'title': 'one', 'field_mcp_revision': 1}");
    Node after = with(before, "{'title': 'two'}");
    assertThat(after.attributes())
        .isEqualTo(Samples.json("{'title': 'two', 'field_mcp_revision': 1}"));
    assertThat(after.id()).isEqualTo(before.id());
    assertThat(before.text(Node.TITLE)).isEqualTo("one");
  }

  @Test
  void theFlagSaysThatTheConnectionIsGone() {
    assertThat(NodeContent.flag())
        .isEqualTo(Samples.json("{'field_mcp_deleted': true, 'field_mcp_status': 'disconnected'}"));
    assertThat(with(EMPTY, NodeContent.flag().toString()).isDeleted()).isTrue();
  }

  @Test
  void aClaimSaysWhoseTheNodeIsAndThatNothingIsKnownYet() {
    ObjectNode claim = content.claim(read("{'field_mcp_health_check': '{\"interval\": 7}'}"));
    assertThat(claim.get(Node.REGISTRY).asText()).isEqualTo("this-registry");
    assertThat(Samples.json(claim.get(Node.HEALTH_CHECK).asText().replace('"', '\'')))
        .isEqualTo(Samples.json("{'interval': 7, 'health': 'initializing'}"));
    assertThat(claim).hasSize(2);
  }

  /** A node that was changed on 2 January and read a day later. */
  private static Node read(String attributes) {
    ObjectNode all = Samples.json(attributes);
    all.put(Node.CHANGED, "2026-01-02T00:00:00+00:00");
    return new Node(
        "4b8f2a52-2b5c-5b0e-8d75-5a9d6d1f2c11", all, Instant.parse("2026-01-03T00:00:00Z"));
  }

  @Test
  void whatAServerOffersIsNoDeclarationOfItsNode() {
    offering.offer("read", "Reads.");
    Connection connection = offering.server("'metadata': {}");
    Node node = whole(connection);
    assertThat(content.isOwnOffer(node, connection)).isTrue();
    assertThat(content.isOwnOffer(with(node, "{'title': 'by an editor'}"), connection)).isTrue();
    assertThat(content.isOwnOffer(with(node, "{'field_mcp_capabilities': []}"), connection))
        .isTrue();
    assertThat(content.isOwnOffer(with(node, "{'field_mcp_capabilities': ['x']}"), connection))
        .isFalse();
    Node before = with(node, "{'field_mcp_capabilities': ['of-yesterday']}");
    Node written =
        with(before, "{'field_mcp_hash': '" + NodeContent.hash(before, connection.id()) + "'}");
    assertThat(content.isOwnOffer(written, connection)).isTrue();
    Connection declared = offering.client("{'name': 'two', 'capabilities': ['read']}");
    assertThat(content.isOwnOffer(whole(declared), declared)).isFalse();
  }

  @Test
  void aNewNodeHasAllThatTheConnectionIs() {
    Connection connection =
        offering.client("{'capabilities': ['read'], 'metadata': {'owner': 'a'}}");
    ObjectNode whole = content.whole(connection);
    String hash = NodeContent.hash(whole(connection), connection.id());
    assertThat(whole)
        .isEqualTo(
            Samples.json(
                """
                {'title': 'one', 'field_mcp_type': 'client', 'field_mcp_protocol': 'http',
                 'field_mcp_connection_id': '%s', 'field_mcp_registry': 'this-registry',
                 'field_mcp_status': 'active', 'field_mcp_capabilities': ['read'],
                 'field_mcp_metadata': '{"owner":"a"}',
                 'field_mcp_health_check': '{"enabled":true,"interval":30,"timeout":5000,\
                "health":"initializing"}',
                 'field_mcp_updated': '2026-01-01T00:00:00+00:00',
                 'field_mcp_hash': '%s', 'field_mcp_revision': 1}
                """
                    .formatted(connection.id(), hash)));
  }

  @Test
  void aNodeThatIsAsItShouldBeIsLeftAlone() {
    offering.offer("read", "Reads.");
    for (Connection connection :
        Set.of(offering.client("{'capabilities': ['x']}"), offering.server("'name': 'two'"))) {
      Node node = whole(connection);
      assertThat(content.difference(node, connection, ALL, ALL)).isEmpty();
      assertThat(content.difference(node, connection, NONE, ALL)).isEmpty();
    }
  }

  @Test
  void whatDrupalWritesDifferentlyIsNoDifference() {
    Connection connection = offering.client("{'metadata': {'a': 1, 'b': 2}}");
    Node node =
        with(
            whole(connection),
            """
            {'field_mcp_metadata': '{\\r\\n "b": 2, "a": 1.0}', 'field_mcp_deleted': null,
             'field_mcp_capabilities': [], 'field_mcp_endpoint': '',
             'field_mcp_updated': '2026-01-01T11:00:00+11:00',
             'field_mcp_health_check': '{"health":"initializing","timeout":5000,\
            "interval":30,"enabled":true}'}
            """);
    assertThat(content.difference(node, connection, ALL, ALL)).isEmpty();
  }

  @Test
  void timesHaveNoFractionsAndAnOffset() {
    assertThat(offering.clock.instant())
        .isNotEqualTo(offering.clock.instant().truncatedTo(ChronoUnit.SECONDS));
    JsonNode updated = content.whole(offering.client("{}")).get(Node.UPDATED);
    assertThat(updated.asText()).isEqualTo("2026-01-01T00:00:00+00:00");
  }

  @Test
  void whatTheRegistryAloneWritesIsWrittenAgainAndTheRestStays() {
    Connection connection = offering.client("{'metadata': {'owner': 'a'}}");
    Node node =
        with(
            whole(connection),
            """
            {'title': 'edited', 'field_mcp_status': 'idle', 'field_mcp_registry': '',
             'field_mcp_connection_id': 'new', 'field_mcp_deleted': true}
            """);
    ObjectNode difference = content.difference(node, connection, NONE, ALL);
    assertThat(names(difference))
        .containsExactlyInAnyOrder(
            Node.STATUS, Node.REGISTRY, Node.CONNECTION_ID, Node.DELETED, Node.HASH, Node.REVISION);
    assertThat(difference.get(Node.REVISION).asInt()).isEqualTo(2);
    assertThat(
            content.difference(node, connection, Set.of(SyncField.NAME), ALL).get("title").asText())
        .isEqualTo("one");
  }

  @Test
  void theRevisionCountsWhatTheRegistryHasChangedAndNeverOverflows() {
    Connection connection = offering.client("{}");
    Node node = whole(connection);
    assertThat(
            names(
                content.difference(
                    with(node, "{'field_mcp_status': 'idle'}"), connection, ALL, ALL)))
        .containsExactly(Node.STATUS);
    Node last = with(node, "{'title': 'x', 'field_mcp_revision': " + Integer.MAX_VALUE + "}");
    assertThat(content.difference(last, connection, NONE, ALL).get(Node.REVISION).asInt()).isOne();
    Node negative = with(node, "{'title': 'x', 'field_mcp_revision': -5}");
    assertThat(content.difference(negative, connection, NONE, ALL).get(Node.REVISION).asInt())
        .isOne();
  }

  @Test
  void theHealthGoesBesideTheSettingsThatAnEditorHasWritten() {
    Connection connection = offering.client("{}");
    Node node = with(whole(connection), "{'field_mcp_health_check': '{\"interval\": 7}'}");
    assertThat(content.difference(node, connection, NONE, ALL).get(Node.HEALTH_CHECK).asText())
        .isEqualTo("{\"interval\":7,\"health\":\"initializing\"}");
    Node emptied = with(node, "{'field_mcp_health_check': null}");
    assertThat(content.difference(emptied, connection, NONE, ALL).get(Node.HEALTH_CHECK).asText())
        .isEqualTo("{\"health\":\"initializing\"}");
  }

  @Test
  void whatAnEditorHasBrokenInTheHealthCheckStays() {
    Connection connection = offering.client("{}");
    for (String broken : Set.of("'{\"interval\": '", "'[1]'", "'often'")) {
      Node node = with(whole(connection), "{'field_mcp_health_check': " + broken + "}");
      assertThat(content.difference(node, connection, NONE, ALL).has(Node.HEALTH_CHECK)).isFalse();
    }
  }

  @Test
  void capabilitiesThatDrupalDoesNotHoldAreLeftOut() {
    String longest = "x".repeat(255);
    ObjectNode whole =
        content.whole(
            offering.client("{'capabilities': ['%s', '%sy', 'read']}".formatted(longest, longest)));
    assertThat(whole.get(Node.CAPABILITIES))
        .extracting(JsonNode::asText)
        .containsExactly(longest, "read");
  }

  @Test
  void whatAServerOffersIsTold() {
    offering.offer("read", "Reads.");
    offering.offer("write", "");
    ObjectNode whole = content.whole(offering.server("'metadata': {}"));
    assertThat(whole.get(Node.CAPABILITIES))
        .extracting(JsonNode::asText)
        .containsExactly("read", "write");
    assertThat(whole.get(Node.CAPABILITY_DETAILS).asText())
        .contains("{\"name\":\"read\",\"kind\":\"tool\",\"description\":\"Reads.\"}");
    assertThat(whole.get(Node.HEALTH_CHECK).asText()).contains("\"health\":\"healthy\"");
  }

  @Test
  void whatAServerOffersNowIsToldThoughNobodyHasChangedAnything() {
    offering.offer("read", "Reads.");
    Connection connection = offering.server("'metadata': {}");
    Node before = Samples.asWritten(with(whole(connection), "{'field_mcp_capabilities': ['old']}"));
    assertThat(content.difference(before, connection, NONE, ALL).get(Node.CAPABILITIES))
        .extracting(JsonNode::asText)
        .containsExactly("read");
  }

  @Test
  void whatAServerDeclaresIsToldBeforeWhatItOffers() {
    offering.offer("read", "Reads.");
    ObjectNode whole = content.whole(offering.server("'capabilities': ['write']"));
    assertThat(whole.get(Node.CAPABILITIES)).extracting(JsonNode::asText).containsExactly("write");
  }

  @Test
  void whatAServerOfferedLastStaysUntilItIsKnownWhatItOffersNow() {
    Connection connection = offering.client("{}");
    Node node =
        with(
            whole(connection),
            "{'field_mcp_capabilities': ['old'], 'field_mcp_capability_details': '[1]'}");
    assertThat(names(content.difference(node, connection, NONE, ALL)))
        .doesNotContain(Node.CAPABILITIES, Node.CAPABILITY_DETAILS);
  }

  @Test
  void longDescriptionsAreCutButNotThroughACharacter() {
    offering.offer("long", "x".repeat(298) + "😀" + "x".repeat(100));
    JsonNode details =
        content.whole(offering.server("'metadata': {}")).get(Node.CAPABILITY_DETAILS);
    assertThat(details.asText()).contains("x".repeat(298) + "…\"").doesNotContain("\ud83d");
  }

  @Test
  void detailsEndBeforeTheyAreTooMany() {
    for (int i = 0; i < 300; i++) {
      offering.offer("tool-" + i, "x".repeat(299));
    }
    ObjectNode whole = content.whole(offering.server("'metadata': {}"));
    assertThat(whole.get(Node.CAPABILITY_DETAILS).asText())
        .hasSizeBetween(15_000, 16_500)
        .endsWith("\"}]");
    assertThat(whole.get(Node.CAPABILITIES)).hasSize(300);
  }

  @Test
  void noLiteralSecretIsInANode() {
    offering.offer("read", "Reads.");
    ObjectNode server = content.whole(offering.server("'metadata': {}"));
    ObjectNode command =
        content.whole(
            offering.client(
                """
                {'name': 'two', 'protocol': 'stdio', 'endpoint': {
                    'command': 'node', 'args': ['--token', 's3cret', '--key=s3cret'],
                    'env': {'KEY': 's3cret', 'HOME': '${HOME}'}}}
                """));
    assertThat(server.toString()).doesNotContain("s3cret").contains("***");
    assertThat(command.toString()).doesNotContain("s3cret").contains("${HOME}");
    assertThat(Pattern.compile("\\*\\*\\*").matcher(command.get(Node.ENDPOINT).asText()).results())
        .hasSize(3);
  }

  @Test
  void whatIsNotYetDecidedIsNotTakenForWrittenByTheRegistryAtTheNextSync() {
    Connection connection = offering.client("{'metadata': {'owner': 'here'}}");
    Node edited = with(whole(connection), "{'field_mcp_metadata': '{\"owner\": \"there\"}'}");
    Merge first = manual(Samples.fresh(), connection, edited);
    assertThat(first.conflicts()).hasSize(1);
    Node after =
        NodeContent.after(
            edited, content.difference(edited, connection, first.toDrupal(), first.inStep()));
    Link link = Samples.fresh().with(first.inStep(), connection, after);
    Merge second = manual(link, connection, after);
    assertThat(second.toDrupal()).isEmpty();
    assertThat(second.conflicts()).hasSize(1);
  }

  private static Merge manual(Link link, Connection connection, Node node) {
    return Merge.of(link, connection, node, SyncMode.BIDIRECTIONAL, ConflictPolicy.MANUAL);
  }

  @Test
  void capabilitiesThatAnEditorHasChosenStayWhereTheMergeLeavesThem() {
    offering.offer("read", "Reads.");
    offering.offer("write", "Writes.");
    Connection connection = offering.server("'metadata': {}");
    Node node = whole(connection);
    Link link = Samples.inStep(connection, node);
    Node edited = with(node, "{'field_mcp_capabilities': ['read']}");
    Merge push = Merge.of(link, connection, edited, SyncMode.PUSH, ConflictPolicy.REGISTRY);
    assertThat(push.toDrupal()).isEmpty();
    assertThat(names(content.difference(edited, connection, push.toDrupal(), push.inStep())))
        .doesNotContain(Node.CAPABILITIES);
  }
}
