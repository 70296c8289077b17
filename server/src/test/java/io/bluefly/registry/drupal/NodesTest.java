package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.drupal.Nodes.Found;
import io.bluefly.registry.drupal.Nodes.Inventory;
import io.bluefly.registry.drupal.Nodes.Written;
import io.bluefly.registry.testkit.drupal.DrupalSite;
import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes of a stand-in of a Drupal site, as it is recorded to behave. */
class NodesTest {
  private static final String ID = "4b8f2a52-2b5c-5b0e-8d75-5a9d6d1f2c11";

  private final Visit visit;
  private final DrupalSite site;
  private final Nodes nodes;

  NodesTest() throws Exception {
    visit = new Visit();
    site = visit.site;
    nodes = visit.nodes();
  }

  @AfterEach
  void close() {
    visit.close();
  }

  private static ObjectNode attributes(String title) {
    return Samples.json(
            """
            {'field_mcp_connection_id': 'c', 'field_mcp_type': 'client',
             'field_mcp_protocol': 'http', 'field_mcp_status': 'active'}
            """)
        .put("title", title);
  }

  private static ObjectNode title(String title) {
    return Samples.json("{}").put("title", title);
  }

  private Node found() throws Exception {
    return ((Found.Present) nodes.find(ID)).node();
  }

  private Node created() throws Exception {
    return ((Written.Done) nodes.create(ID, attributes("one"))).node();
  }

  private void edited() {
    site.edit(UUID.fromString(ID), Map.of("title", "by an editor"));
  }

  private String titleThere() {
    return site.node(UUID.fromString(ID)).orElseThrow().at("/attributes/title").asText();
  }

  private SiteException probing(String key) {
    return catchThrowableOfType(
        SiteException.class, () -> visit.nodes(CredentialScheme.X_API_KEY, key).probe());
  }

  @Test
  void aSiteThatKnowsTheKeyAndHasTheContentTypeMayBeSynced() {
    assertThatCode(nodes::probe).doesNotThrowAnyException();
    assertThat(site.received()).extracting(Received::path).containsExactly("/jsonapi");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wrong-key", DrupalSite.NO_PERMISSION_KEY})
  void aKeyThatIsNoneIsRefusedThoughTheSiteAnswers(String key) {
    SiteException e = probing(key);
    assertThat(e.reason()).isEqualTo(SyncError.Reason.KEY_REFUSED);
    assertThat(e).hasMessageContaining("key").hasMessageNotContaining(key);
  }

  @Test
  void aSiteWithoutTheContentTypeSaysWhatToInstall() {
    site.contentType(false);
    SiteException e = probing(DrupalSite.SYNC_KEY);
    assertThat(e.reason()).isEqualTo(SyncError.Reason.CONTENT_TYPE_MISSING);
    assertThat(e).hasMessageContaining("mcp_registry");
  }

  @Test
  void aForbiddenEntryIsNoUnknownKey() {
    visit.answer(403, "{'errors': [{'detail': 'blocked'}]}");
    SiteException e = probing(DrupalSite.SYNC_KEY);
    assertThat(e.reason()).isEqualTo(SyncError.Reason.FORBIDDEN);
    assertThat(e).hasMessageContaining("blocked");
  }

  private Set<String> make(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> site.create(Map.of("title", "node-" + i)).toString())
        .collect(Collectors.toSet());
  }

  @Test
  void theInventoryHasEveryPage() throws Exception {
    Set<String> ids = make(101);
    Inventory inventory = nodes.inventory();
    assertThat(inventory.nodes().keySet()).isEqualTo(ids);
    assertThat(inventory.complete()).isTrue();
    assertThat(site.received()).hasSize(3);
    Node node = inventory.nodes().values().iterator().next();
    assertThat(Node.READ).allMatch(node.attributes()::has);
    assertThat(node.changedAt()).isNotNull();
    assertThat(node.readAt()).isNotNull();
  }

  @Test
  void anEmptySiteIsACompleteInventory() throws Exception {
    assertThat(nodes.inventory()).isEqualTo(new Inventory(Map.of(), Set.of(), true));
  }

  @Test
  void aListSaysWhichNodesItLeavesOut() throws Exception {
    Set<String> ids = new HashSet<>(make(60));
    UUID hidden = UUID.fromString(site.nodes().getFirst().get("id").asText());
    site.publish(hidden, false);
    Inventory inventory = nodes.inventory();
    assertThat(inventory.complete()).isTrue();
    assertThat(inventory.hidden()).containsExactly(hidden.toString());
    assertThat(inventory.found(hidden.toString())).isInstanceOf(Found.Hidden.class);
    ids.remove(hidden.toString());
    assertThat(inventory.nodes().keySet()).isEqualTo(ids);
    assertThat(site.received()).hasSize(2);
  }

  @Test
  void ofTheLinkToTheNextPageOnlyPathAndQueryCount() throws Exception {
    Set<String> ids = make(60);
    try (DrupalSite elsewhere = DrupalSite.start()) {
      site.linkOrigin(elsewhere.origin());
      assertThat(nodes.inventory().nodes().keySet()).isEqualTo(ids);
      assertThat(elsewhere.received()).isEmpty();
      site.linkOrigin(URI.create("https://proxy.example.com"));
      assertThat(nodes.inventory().nodes().keySet()).isEqualTo(ids);
    }
  }

  private static String page(String next) {
    return "{'data': [], 'links': {'next': {'href': '" + next + "'}}}";
  }

  @Test
  void pagesThatLeadInACircleEnd() {
    visit.answer(200, page("https://a.example/jsonapi/node/mcp_connection?page=2"));
    visit.answer(200, page("https://a.example/jsonapi/node/mcp_connection?page=3"));
    visit.answer(200, page("https://b.example/jsonapi/node/mcp_connection?page=2"));
    SiteException e = catchThrowableOfType(SiteException.class, nodes::inventory);
    assertThat(e.reason()).isEqualTo(SyncError.Reason.NOT_JSON_API);
    assertThat(e).hasMessageContaining("circle");
    assertThat(site.received()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mailto:somebody", "?page=2", "https://a b/", "https://a.example"})
  void aNextPageThatIsNoAddressEndsTheSync(String next) {
    visit.answer(200, page(next));
    SiteException e = catchThrowableOfType(SiteException.class, nodes::inventory);
    assertThat(e.reason()).isEqualTo(SyncError.Reason.NOT_JSON_API);
    assertThat(site.received()).hasSize(1);
  }

  @Test
  void aListThatIsRefusedIsNotAnEmptyOne() {
    visit.answer(403, "{'data': [], 'errors': [{'detail': 'no'}]}");
    assertThat(catchThrowableOfType(SiteException.class, nodes::inventory).reason())
        .isEqualTo(SyncError.Reason.FORBIDDEN);
    visit.answer(200, "{'data': {}}");
    assertThat(catchThrowableOfType(SiteException.class, nodes::inventory).reason())
        .isEqualTo(SyncError.Reason.SITE_ERROR);
  }

  @Test
  void whatIsNoNodeIsLeftOut() throws Exception {
    visit.answer(
        200,
        """
        {'data': [
            {'id': '../../user/1', 'attributes': {'title': 'a'}},
            {'id': '4b8f2a52-2b5c-5b0e-8d75-5a9d6d1f2c11'}]}
        """);
    assertThat(nodes.inventory().nodes()).isEmpty();
  }

  @Test
  void aFieldThatIsNotShownIsNotReadAsEmptied() {
    visit.answer(
        200,
        """
        {'data': [{'id': '4b8f2a52-2b5c-5b0e-8d75-5a9d6d1f2c12', 'attributes': {'title': 'b'}}]}
        """);
    assertThatThrownBy(nodes::inventory)
        .isInstanceOf(SiteException.class)
        .hasMessageContaining("lacks the field");
  }

  @Test
  void aNodeIsFoundHiddenOrGone() throws Exception {
    assertThat(nodes.find(ID)).isEqualTo(new Found.Gone());
    Node node = created();
    assertThat(found().attributes().get("title").asText()).isEqualTo("one");
    site.create(UUID.fromString("4b8f2a52-2b5c-5b0e-8d75-5a9d6d1f2c13"), Map.of("title", "two"));
    site.publish(UUID.fromString("4b8f2a52-2b5c-5b0e-8d75-5a9d6d1f2c13"), false);
    assertThat(nodes.find("4b8f2a52-2b5c-5b0e-8d75-5a9d6d1f2c13")).isEqualTo(new Found.Hidden());
    site.delete(UUID.fromString(node.id()));
    assertThat(nodes.find(ID)).isEqualTo(new Found.Gone());
  }

  @Test
  void aNodeIsMadeUnderItsIdOnce() throws Exception {
    assertThat(created().id()).isEqualTo(ID);
    assertThat(nodes.create(ID, attributes("two"))).isEqualTo(new Written.Taken());
    assertThat(titleThere()).isEqualTo("one");
    assertThat(site.nodes()).hasSize(1);
  }

  @Test
  void whetherANodeWasMadeIsNotKnownWhenTheAnswerIsLost() throws Exception {
    site.loseAnswer(Received::writes, 1);
    assertThat(nodes.create(ID, attributes("one"))).isInstanceOf(Written.Lost.class);
    site.hangUp(Received::writes, 1);
    assertThat(nodes.update(found(), title("two"))).isInstanceOf(Written.Lost.class);
    assertThat(site.writes()).isEqualTo(2);
    assertThat(visit.written).hasValue(2);
    assertThat(titleThere()).isEqualTo("two");
  }

  @Test
  void anUpdateWritesWhatItSaysAndNothingElse() throws Exception {
    Node node = created();
    assertThat(nodes.update(node, title("two"))).isInstanceOf(Written.Done.class);
    Node now = found();
    assertThat(now.text(Node.TITLE)).isEqualTo("two");
    assertThat(now.text(Node.CONNECTION_ID)).isEqualTo("c");
    assertThat(site.received().get(1).body())
        .contains("\"changed\":\"" + node.text(Node.CHANGED) + "\"");
  }

  @Test
  void whoHasReadAnotherStateOverwritesNothing() throws Exception {
    Node node = created();
    visit.clock.advance(Duration.ofSeconds(1));
    edited();
    assertThat(nodes.update(node, title("two"))).isEqualTo(new Written.Overtaken());
    assertThat(titleThere()).isEqualTo("by an editor");
  }

  @Test
  void whoeverIsOvertakenWhileWritingOverwritesNothing() throws Exception {
    Node node = created();
    visit.clock.advance(Duration.ofSeconds(1));
    site.between(Received::writes, this::edited);
    assertThat(nodes.update(node, title("two"))).isEqualTo(new Written.Overtaken());
    assertThat(titleThere()).isEqualTo("by an editor");
  }

  @Test
  void aNodeIsTooFreshAsLongAsTheSecondOfItsChangeLasts() throws Exception {
    assertThat(created().isTooFresh()).isTrue();
    visit.clock.advance(Duration.ofMillis(299)); // The clock began at 0.7 s.
    assertThat(found().isTooFresh()).isTrue();
    visit.clock.advance(Duration.ofMillis(1));
    assertThat(found().isTooFresh()).as("it may have been read before the answer").isTrue();
    visit.clock.advance(Duration.ofSeconds(1));
    assertThat(found().isTooFresh()).isFalse();
    assertThat(new Node(ID, found().attributes(), null).isTooFresh()).isTrue();
    edited();
    assertThat(found().isTooFresh()).isTrue();
  }

  @Test
  void aNodeThatIsGoneIsNotWritten() throws Exception {
    Node node = created();
    site.delete(UUID.fromString(ID));
    assertThat(nodes.update(node, title("two"))).isEqualTo(new Written.Gone());
    assertThat(visit.written).as("created").hasValue(1);
    assertThat(site.nodes()).isEmpty();
  }

  @Test
  void aValueThatDrupalDoesNotTakeNamesItsField() {
    ItemException e =
        catchThrowableOfType(
            ItemException.class,
            () -> nodes.create(ID, attributes("one").put(Node.STATUS, "sleeping")));
    assertThat(e.reason()).isEqualTo(SyncError.Reason.INVALID);
    assertThat(e.field()).isEqualTo(Node.STATUS);
  }

  @Test
  void aKeyThatMayOnlyReadIsToldSo() throws Exception {
    Node node = created();
    Nodes reader = visit.nodes(CredentialScheme.X_API_KEY, DrupalSite.READ_KEY);
    List<ItemException> refusals =
        List.of(
            catchThrowableOfType(ItemException.class, () -> reader.update(node, title("two"))),
            catchThrowableOfType(ItemException.class, () -> reader.delete(ID)));
    assertThat(refusals).extracting(ItemException::reason).containsOnly(SyncError.Reason.FORBIDDEN);
    assertThat(titleThere()).isEqualTo("one");
  }

  @Test
  void deletingTwiceIsFine() throws Exception {
    created();
    nodes.delete(ID);
    assertThat(site.nodes()).isEmpty();
    assertThatCode(() -> nodes.delete(ID)).doesNotThrowAnyException();
    assertThat(visit.written).as("one created, one deleted").hasValue(2);
  }

  @Test
  void aDeletionWhoseAnswerIsLostIsLookedAt() throws Exception {
    created();
    site.loseAnswer(Received::writes, 1);
    nodes.delete(ID);
    assertThat(site.nodes()).isEmpty();
    created();
    site.hangUp(Received::writes, 1);
    nodes.delete(ID);
    assertThat(site.nodes()).isEmpty();
    assertThat(visit.written).as("two created, two deleted").hasValue(4);
  }

  @Test
  void aDeletionThatCameToNothingIsSaid() throws Exception {
    created();
    visit.answer(500, Map.of(), "");
    ItemException e = catchThrowableOfType(ItemException.class, () -> nodes.delete(ID));
    assertThat(e.reason()).isEqualTo(SyncError.Reason.SITE_ERROR);
    assertThat(site.nodes()).hasSize(1);
  }
}
