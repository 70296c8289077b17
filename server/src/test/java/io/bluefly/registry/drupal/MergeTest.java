package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.drupal.Conflict.Resolution;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MergeTest {
  private static final Connection AGREED = offering("old");

  /** Where a value goes. */
  enum Way {
    /** Nowhere: it is in step. */
    STEP,
    TO_DRUPAL,
    TO_REGISTRY,
    /** Nowhere, though the sides differ. */
    LEFT
  }

  private static Connection offering(String value) {
    return Samples.connection("{'metadata': {'v': '" + value + "'}}");
  }

  private static Node saying(String value) {
    return Samples.node(AGREED, "{'field_mcp_metadata': '{\"v\": \"" + value + "\"}'}");
  }

  private static Link agreed() {
    return Samples.inStep(AGREED, saying("old"));
  }

  private static Merge merged(Link link, Connection connection, Node node) {
    return Merge.of(link, connection, node, SyncMode.BIDIRECTIONAL, ConflictPolicy.REGISTRY);
  }

  private static void assertWay(Merge merge, SyncField field, Way way) {
    assertThat(merge.toDrupal()).isEqualTo(way == Way.TO_DRUPAL ? Set.of(field) : Set.of());
    assertThat(merge.toRegistry()).isEqualTo(way == Way.TO_REGISTRY ? Set.of(field) : Set.of());
    Set<SyncField> inStep = EnumSet.allOf(SyncField.class);
    if (way == Way.LEFT) {
      inStep.remove(field);
    }
    assertThat(merge.inStep()).isEqualTo(inStep);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          old, old, push,          STEP
          old, old, pull,          STEP
          old, old, bidirectional, STEP
          new, new, push,          STEP
          new, new, pull,          STEP
          new, new, bidirectional, STEP
          new, old, push,          TO_DRUPAL
          new, old, pull,          LEFT
          new, old, bidirectional, TO_DRUPAL
          old, new, push,          LEFT
          old, new, pull,          TO_REGISTRY
          old, new, bidirectional, TO_REGISTRY
          """)
  void whatOneSideHasChangedGoesToTheOtherWhateverThePolicy(
      String here, String there, String mode, Way way) {
    for (ConflictPolicy policy : ConflictPolicy.values()) {
      Merge merge = Merge.of(agreed(), offering(here), saying(there), mode(mode), policy);
      assertWay(merge, SyncField.METADATA, way);
      assertThat(merge.conflicts()).isEmpty();
    }
  }

  private static SyncMode mode(String wire) {
    return SyncMode.valueOf(wire.toUpperCase(Locale.ROOT));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          registry, 0,  push,          TO_DRUPAL,   REGISTRY
          registry, 0,  pull,          LEFT,        UNRESOLVED
          registry, 1,  bidirectional, TO_DRUPAL,   REGISTRY
          drupal,   0,  push,          LEFT,        UNRESOLVED
          drupal,   0,  pull,          TO_REGISTRY, DRUPAL
          drupal,   -1, bidirectional, TO_REGISTRY, DRUPAL
          newest,   -1, push,          TO_DRUPAL,   REGISTRY
          newest,   -1, pull,          LEFT,        UNRESOLVED
          newest,   -1, bidirectional, TO_DRUPAL,   REGISTRY
          newest,   0,  push,          TO_DRUPAL,   REGISTRY
          newest,   0,  pull,          LEFT,        UNRESOLVED
          newest,   0,  bidirectional, TO_DRUPAL,   REGISTRY
          newest,   1,  push,          LEFT,        UNRESOLVED
          newest,   1,  pull,          TO_REGISTRY, DRUPAL
          newest,   1,  bidirectional, TO_REGISTRY, DRUPAL
          manual,   0,  push,          LEFT,        UNRESOLVED
          manual,   1,  pull,          LEFT,        UNRESOLVED
          manual,   1,  bidirectional, LEFT,        UNRESOLVED
          """)
  void whereBothHaveChangedAFieldThePolicyDecides(
      String policy, int secondsLater, String mode, Way way, Resolution resolution) {
    Instant changed = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(secondsLater);
    Node node =
        NodeContent.after(saying("s3cret-there"), Samples.json("{'changed': '" + changed + "'}"));
    Merge merge =
        Merge.of(
            agreed(),
            offering("s3cret-here"),
            node,
            mode(mode),
            ConflictPolicy.valueOf(policy.toUpperCase(Locale.ROOT)));
    assertWay(merge, SyncField.METADATA, way);
    assertThat(merge.conflicts())
        .singleElement()
        .satisfies(conflict -> {
          assertThat(conflict.connectionId()).isEqualTo("mcp-conn-1");
          assertThat(conflict.nodeId()).isEqualTo(Samples.NODE_ID);
          assertThat(conflict.field()).isEqualTo(Node.METADATA);
          assertThat(conflict.resolution()).isEqualTo(resolution);
          assertThat(conflict.message()).doesNotContain("s3cret");
        });
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "never",
      textBlock =
          """
          2026-01-01T00:00:00Z, REGISTRY
          2026-01-01T00:00:01Z, DRUPAL
          2025-12-31T23:59:59Z, REGISTRY
          never,                REGISTRY
          """)
  void theNewestIsToldInWholeSecondsAndAnEvenOneIsTheRegistrys(
      @Nullable Instant there, Resolution winner) {
    assertThat(Merge.winner(ConflictPolicy.NEWEST, Samples.MOMENT, there)).isEqualTo(winner);
  }

  @Test
  void aTimeWithAnotherOffsetIsTheSameTime() {
    Node later =
        NodeContent.after(
            saying("other"), Samples.json("{'changed': '2025-12-31T19:00:01-05:00'}"));
    Node even =
        NodeContent.after(
            saying("other"), Samples.json("{'changed': '2026-01-01T05:00:00+05:00'}"));
    assertThat(newest(later).toRegistry()).containsExactly(SyncField.METADATA);
    assertThat(newest(even).toDrupal()).containsExactly(SyncField.METADATA);
  }

  private static Merge newest(Node node) {
    return Merge.of(agreed(), offering("new"), node, SyncMode.BIDIRECTIONAL, ConflictPolicy.NEWEST);
  }

  @ParameterizedTest
  @EnumSource(ConflictPolicy.class)
  void withoutABaseANodeThatIsAsItWasWrittenIsTheRegistrys(ConflictPolicy policy) {
    Node written = Samples.asWritten(saying("old"));
    Link never = Samples.fresh();
    Merge both = Merge.of(never, offering("new"), written, SyncMode.BIDIRECTIONAL, policy);
    assertWay(both, SyncField.METADATA, Way.TO_DRUPAL);
    assertThat(both.conflicts()).isEmpty();
    Merge pull = Merge.of(never, offering("new"), written, SyncMode.PULL, policy);
    assertWay(pull, SyncField.METADATA, Way.LEFT);
    assertThat(pull.conflicts()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          REGISTRY, TO_DRUPAL,   REGISTRY
          DRUPAL,   TO_REGISTRY, DRUPAL
          NEWEST,   TO_DRUPAL,   REGISTRY
          MANUAL,   LEFT,        UNRESOLVED
          """)
  void withoutABaseAnyOtherNodeWasChangedOnBothSides(
      ConflictPolicy policy, Way way, Resolution resolution) {
    Node written = Samples.asWritten(saying("old"));
    Node edited = NodeContent.after(written, saying("edited").attributes());
    for (Node node : Set.of(edited, saying("edited"))) {
      Merge merge =
          Merge.of(Samples.fresh(), offering("new"), node, SyncMode.BIDIRECTIONAL, policy);
      assertWay(merge, SyncField.METADATA, way);
      assertThat(merge.conflicts()).extracting(Conflict::resolution).containsExactly(resolution);
    }
  }

  @Test
  void withoutABaseWhatIsEqualIsInStep() {
    assertWay(merged(Samples.fresh(), AGREED, saying("old")), SyncField.METADATA, Way.STEP);
  }

  @Test
  void eachFieldGoesItsOwnWay() {
    Connection connection = Samples.connection("{'name': 'two', 'metadata': {'v': 'old'}}");
    Node node =
        NodeContent.after(saying("old"), Samples.json("{'field_mcp_capabilities': ['read']}"));
    Merge merge = merged(agreed(), connection, node);
    assertThat(merge.toDrupal()).containsExactly(SyncField.NAME);
    assertThat(merge.toRegistry()).containsExactly(SyncField.CAPABILITIES);
    assertThat(merge.inStep()).isEqualTo(EnumSet.allOf(SyncField.class));
    assertThat(merge.conflicts()).isEmpty();
  }

  @Test
  void typeProtocolAndEndpointAreOneField() {
    Connection before =
        Samples.connection("{'type': 'server', 'endpoint': {'url': 'https://a.example/mcp'}}");
    Link link = Samples.inStep(before, Samples.node(before, "{}"));
    Node edited = Samples.node(before, "{'field_mcp_type': 'client'}");
    Merge pulled = merged(link, before, edited);
    assertWay(pulled, SyncField.ENDPOINT, Way.TO_REGISTRY);

    Connection moved =
        Samples.connection("{'type': 'server', 'endpoint': {'url': 'https://b.example/mcp'}}");
    Merge both = merged(link, moved, edited);
    assertWay(both, SyncField.ENDPOINT, Way.TO_DRUPAL);
    assertThat(both.conflicts()).extracting(Conflict::field).containsExactly(Node.ENDPOINT);
  }

  @Test
  void whiteSpaceAndTheOrderOfMembersAreNoChange() {
    Connection connection =
        Samples.connection(
            "{'type': 'server', 'endpoint': {'url': 'https://a.example', 'headers': {'A': '${B}'}},"
                + " 'metadata': {'a': 2, 'b': {'c': [1, 2]}}}");
    Link link = Samples.inStep(connection, Samples.node(connection, "{}"));
    Node rewritten =
        Samples.node(
            connection,
            """
            {'field_mcp_metadata': ' {"b": {"c": [1, 2]},\\r\\n "a": 2.0} ',
             'field_mcp_endpoint': '{"headers": {"A": "${B}"}, "url": "https://a.example"}',
             'field_mcp_health_check':
                 '{"timeout": 5000, "health": "healthy", "interval": 30, "enabled": true}'}
            """);
    assertWay(merged(link, connection, rewritten), SyncField.METADATA, Way.STEP);
    assertThat(Merge.isChangedThere(link, rewritten)).isFalse();
  }

  @Test
  void anotherOrderOfAListIsAChange() {
    Connection connection = Samples.connection("{'metadata': {'a': [1, 2]}}");
    Link link = Samples.inStep(connection, Samples.node(connection, "{}"));
    Node turned = Samples.node(connection, "{'field_mcp_metadata': '{\"a\": [2, 1]}'}");
    assertWay(merged(link, connection, turned), SyncField.METADATA, Way.TO_REGISTRY);
  }

  @Test
  void blanksAroundCapabilitiesAreNone() {
    Connection connection = Samples.connection("{'capabilities': ['read', 'write']}");
    Link link = Samples.inStep(connection, Samples.node(connection, "{}"));
    Node typed =
        Samples.node(connection, "{'field_mcp_capabilities': [' read', '  ', 'write\\t']}");
    assertWay(merged(link, connection, typed), SyncField.CAPABILITIES, Way.STEP);
    Node fewer = Samples.node(connection, "{'field_mcp_capabilities': ['read']}");
    assertWay(merged(link, connection, fewer), SyncField.CAPABILITIES, Way.TO_REGISTRY);
  }

  @Test
  void anEmptyObjectIsTheSameAsNothing() {
    Connection connection = Samples.connection("{}");
    Link link = Samples.inStep(connection, Samples.node(connection, "{}"));
    for (String nothing : Set.of("'{}'", "' { } '", "''", "null", "'null'")) {
      Node node =
          Samples.node(
              connection,
              "{'field_mcp_metadata': " + nothing + ", 'field_mcp_endpoint': " + nothing + "}");
      assertWay(merged(link, connection, node), SyncField.METADATA, Way.STEP);
    }
  }

  @Test
  void anEditorMayHaveWrittenDifferentlyWhatMeansTheSame() {
    Node sparse = Samples.node(AGREED, "{'field_mcp_health_check': null}");
    Link link = Samples.inStep(AGREED, sparse);
    assertWay(merged(link, AGREED, sparse), SyncField.HEALTH_CHECK, Way.STEP);
    assertThat(Merge.isChangedHere(link, AGREED)).isFalse();
    assertThat(Merge.isChangedThere(link, sparse)).isFalse();
  }

  @Test
  void aSideIsChangedWhenOneOfItsFieldsIs() {
    assertThat(Merge.isChangedHere(agreed(), AGREED)).isFalse();
    assertThat(Merge.isChangedHere(agreed(), offering("new"))).isTrue();
    assertThat(Merge.isChangedThere(agreed(), saying("old"))).isFalse();
    assertThat(Merge.isChangedThere(agreed(), saying("new"))).isTrue();
    assertThat(Merge.isChangedHere(Samples.fresh(), AGREED)).isTrue();
    assertThat(Merge.isChangedThere(Samples.fresh(), saying("old"))).isTrue();
    assertThat(Merge.isChangedThere(Samples.fresh(), Samples.asWritten(saying("old")))).isFalse();
  }

  @Test
  void whatAnotherVersionHasKeptOfFieldsUnknownHereIsNoChange() {
    Map<String, Link.Agreed> base = new HashMap<>(agreed().base());
    base.put("POOL", new Link.Agreed("1", "2"));
    Link link = new Link(Samples.SITE.key(), Samples.NODE_ID, "mcp-conn-1", false, base);
    assertWay(merged(link, AGREED, saying("old")), SyncField.METADATA, Way.STEP);
    assertThat(Merge.isChangedHere(link, AGREED)).isFalse();
    assertThat(link.with(Set.of(), AGREED, saying("old")).base()).containsKey("POOL");
  }
}
