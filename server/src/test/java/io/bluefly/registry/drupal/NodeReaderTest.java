package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.api.Contract;
import io.bluefly.registry.api.RegistrationIntake;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.connections.RegistrationJson;
import io.bluefly.registry.security.AddressRules;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.Scope;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes of a node's fields, also once the registry's rules were asked. */
class NodeReaderTest {
  private static final Set<SyncField> ALL = EnumSet.allOf(SyncField.class);
  private static final Principal PRINCIPAL =
      new Principal("test", "test", Set.of(Permission.WRITE, Permission.EXEC), Scope.ALL, null);
  private static final RegistrationIntake INTAKE =
      new RegistrationIntake(
          Contract.read(), new EgressGuard(new AddressRules(true, List.of())), ProcessRules.none());

  private static final Registration HTTP =
      Samples.registration(
          """
          {'type': 'server',
           'endpoint': {
               'url': 'https://a.example/mcp?token=s3cret&page=1',
               'headers': {'Authorization': 'Bearer s3cret', 'X-Team': '${TEAM}'}},
           'capabilities': ['read'],
           'metadata': {'owner': 'a', 'nested': {'x': 1, 'y': 2}},
           'healthCheck': {'interval': 60, 'slowAfter': 100}}
          """);
  private static final Registration STDIO =
      Samples.registration(
          """
          {'type': 'server', 'protocol': 'stdio',
           'endpoint': {
               'command': 'node', 'args': ['server.js', '--token', 's3cret', '-v'],
               'env': {'KEY': 's3cret', 'HOME': '${HOME}'}}}
          """);

  private static Node shown(Registration registration) {
    return Samples.node(Samples.connection(registration), "{}");
  }

  /** A node that shows the registration with another text in its endpoint. */
  private static Node edited(Registration registration, String before, String after) {
    Node node = shown(registration);
    String endpoint = node.text(Node.ENDPOINT);
    assertThat(endpoint).contains(before);
    ObjectNode changed = Samples.json("{}").put(Node.ENDPOINT, endpoint.replace(before, after));
    return NodeContent.after(node, changed);
  }

  private static ObjectNode patch(Registration before, Node node, SyncField field)
      throws ItemException {
    return NodeReader.patch(before, node, Set.of(field));
  }

  private static JsonNode taken(Registration before, Node node, SyncField field)
      throws ItemException {
    return RegistrationJson.write(INTAKE.update(PRINCIPAL, before, patch(before, node, field)));
  }

  @Test
  void aNodeIsTheRegistrationThatItSays() throws ItemException {
    Node node =
        Samples.node(
            """
            {'title': ' one ', 'field_mcp_type': 'server', 'field_mcp_protocol': 'http',
             'field_mcp_endpoint': '{"url": "https://a.example/mcp", "headers": {"A": "${B}"}}',
             'field_mcp_capabilities': [' read ', ''],
             'field_mcp_metadata': '{"owner": "a"}',
             'field_mcp_health_check': '{"interval": 60, "health": "healthy"}',
             'field_mcp_status': 'error', 'field_mcp_revision': 7}
            """);
    ObjectNode json = NodeReader.registration(node);
    assertThat(json)
        .isEqualTo(
            Samples.json(
                """
                {'name': 'one', 'type': 'server', 'protocol': 'http',
                 'endpoint': {'url': 'https://a.example/mcp', 'headers': {'A': '${B}'}},
                 'capabilities': ['read'], 'metadata': {'owner': 'a'},
                 'healthCheck': {'interval': 60}}
                """));
    Registration registration = INTAKE.register(PRINCIPAL, json);
    assertThat(registration.healthCheck().interval()).isEqualTo(60);
    assertThat(registration.capabilities()).containsExactly("read");
  }

  @Test
  void whatIsEmptyIsNotSaid() throws ItemException {
    Node node =
        Samples.node(
            """
            {'title': 'one', 'field_mcp_type': 'client', 'field_mcp_protocol': 'http',
             'field_mcp_endpoint': '', 'field_mcp_capabilities': [],
             'field_mcp_metadata': '{}', 'field_mcp_health_check': '{"health": "healthy"}'}
            """);
    assertThat(NodeReader.registration(node))
        .isEqualTo(Samples.json("{'name': 'one', 'type': 'client', 'protocol': 'http'}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"url\": ", "https://a.example", "[1]", "7", "{} {}", "{\"a\": 1} x"})
  void whatIsNoJsonObjectNamesItsField(String text) {
    for (SyncField field :
        List.of(SyncField.ENDPOINT, SyncField.METADATA, SyncField.HEALTH_CHECK)) {
      Node node = NodeContent.after(shown(HTTP), Samples.json("{}").put(field.attribute(), text));
      ItemException ofRegistration =
          catchThrowableOfType(ItemException.class, () -> NodeReader.registration(node));
      ItemException ofPatch =
          catchThrowableOfType(ItemException.class, () -> patch(HTTP, node, field));
      for (ItemException e : List.of(ofRegistration, ofPatch)) {
        assertThat(e.reason()).isEqualTo(SyncError.Reason.INVALID);
        assertThat(e.field()).isEqualTo(field.attribute());
        assertThat(e).hasMessageContaining(field.attribute()).hasMessageNotContaining(text);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SyncField.class)
  void whatANodeShowsOfARegistrationChangesNothing(SyncField field) throws ItemException {
    for (Registration registration : List.of(HTTP, STDIO, Samples.registration("{}"))) {
      assertThat(taken(registration, shown(registration), field))
          .isEqualTo(RegistrationJson.write(registration));
    }
  }

  @Test
  void onlyTheFieldsThatAreAskedForAreInThePatch() throws ItemException {
    assertThat(NodeReader.patch(HTTP, shown(HTTP), Set.of())).isEmpty();
    assertThat(fields(SyncField.NAME)).containsExactly("name");
    assertThat(fields(SyncField.ENDPOINT)).containsExactly("type", "protocol", "endpoint");
    assertThat(fields(SyncField.METADATA)).containsExactly("metadata");
    assertThat(NodeReader.patch(HTTP, shown(HTTP), ALL).properties()).hasSize(7);
  }

  private static List<String> fields(SyncField field) throws ItemException {
    return patch(HTTP, shown(HTTP), field).properties().stream().map(Map.Entry::getKey).toList();
  }

  @Test
  void aMaskedHeaderStaysWhatItWas() throws ItemException {
    Node node = edited(HTTP, "${TEAM}", "${OTHER}");
    JsonNode headers = patch(HTTP, node, SyncField.ENDPOINT).at("/endpoint/headers");
    assertThat(headers.has("Authorization")).isFalse();
    assertThat(headers.get("X-Team").asText()).isEqualTo("${OTHER}");
    assertThat(taken(HTTP, node, SyncField.ENDPOINT).at("/endpoint/headers"))
        .isEqualTo(Samples.json("{'Authorization': 'Bearer s3cret', 'X-Team': '${OTHER}'}"));
  }

  @Test
  void aHeaderThatIsNotThereAnyMoreIsRemoved() throws ItemException {
    Node node = edited(HTTP, "\"Authorization\":\"***\",", "");
    JsonNode headers = patch(HTTP, node, SyncField.ENDPOINT).at("/endpoint/headers");
    assertThat(headers.get("Authorization").isNull()).isTrue();
    assertThat(taken(HTTP, node, SyncField.ENDPOINT).at("/endpoint/headers"))
        .isEqualTo(Samples.json("{'X-Team': '${TEAM}'}"));
  }

  @Test
  void aNewValueReplacesTheOneBehindTheMask() throws ItemException {
    Node node = edited(HTTP, "\"Authorization\":\"***\"", "\"Authorization\":\"Basic ${NEW}\"");
    assertThat(taken(HTTP, node, SyncField.ENDPOINT).at("/endpoint/headers/Authorization").asText())
        .isEqualTo("Basic ${NEW}");
  }

  @Test
  void theMaskOfAHeaderThatNeverWasIsRefused() {
    Node node = edited(HTTP, "\"X-Team\":\"${TEAM}\"", "\"X-Team\":\"${TEAM}\",\"X-New\":\"***\"");
    assertThatThrownBy(() -> taken(HTTP, node, SyncField.ENDPOINT))
        .isInstanceOf(IntakeException.class)
        .hasMessageContaining("X-New")
        .extracting(e -> ((IntakeException) e).field())
        .isEqualTo("endpoint/headers/X-New");
  }

  @Test
  void anAddressAsItWasShownIsTheOneThatIsMeant() throws ItemException {
    assertThat(shown(HTTP).text(Node.ENDPOINT)).contains("?token=***&page=***");
    Node node = edited(HTTP, "${TEAM}", "${OTHER}");
    assertThat(patch(HTTP, node, SyncField.ENDPOINT).at("/endpoint/url").asText())
        .isEqualTo("https://a.example/mcp?token=s3cret&page=1");
  }

  @Test
  void anotherAddressDoesNotTakeSecretsAlong() {
    Node path = edited(HTTP, "/mcp?", "/other?");
    assertThatThrownBy(() -> taken(HTTP, path, SyncField.ENDPOINT))
        .isInstanceOf(IntakeException.class)
        .hasMessageContaining("mask")
        .hasMessageNotContaining("s3cret");
    Node host = edited(HTTP, "https://a.example/mcp?token=***&page=***", "https://evil.example/");
    assertThatThrownBy(() -> taken(HTTP, host, SyncField.ENDPOINT))
        .isInstanceOf(IntakeException.class)
        .hasMessageContaining("endpoint/headers/Authorization")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void argumentsAsTheyWereShownAreThoseThatAreMeant() throws ItemException {
    Node node = edited(STDIO, "\"command\"", "\"cwd\":\"/srv\",\"command\"");
    assertThat(shown(STDIO).text(Node.ENDPOINT)).contains("\"--token\",\"***\"");
    JsonNode after = taken(STDIO, node, SyncField.ENDPOINT);
    assertThat(after.at("/endpoint/cwd").asText()).isEqualTo("/srv");
    assertThat(after.at("/endpoint/args").toString()).contains("s3cret");
  }

  @Test
  void otherArgumentsDoNotTakeSecretsAlong() {
    Node node = edited(STDIO, "\"-v\"", "\"-q\",\"--fast\"");
    assertThatThrownBy(() -> taken(STDIO, node, SyncField.ENDPOINT))
        .isInstanceOf(IntakeException.class)
        .hasMessageContaining("endpoint/args/2");
  }

  @Test
  void anotherCommandDoesNotTakeMaskedArgumentsAlong() throws ItemException {
    Node node = edited(STDIO, "\"node\"", "\"echo\"");
    assertThat(patch(STDIO, node, SyncField.ENDPOINT).at("/endpoint/args").toString())
        .contains("***")
        .doesNotContain("s3cret");
    assertThatThrownBy(() -> taken(STDIO, node, SyncField.ENDPOINT))
        .isInstanceOf(IntakeException.class)
        .hasMessageContaining("endpoint/args/2");
  }

  @Test
  void anotherProtocolHasNothingOfTheOldEndpoint() throws ItemException {
    Node node =
        NodeContent.after(
            shown(STDIO),
            Samples.json(
                "{'field_mcp_protocol': 'http',"
                    + " 'field_mcp_endpoint': '{\"url\": \"https://a.example\"}'}"));
    JsonNode after = taken(STDIO, node, SyncField.ENDPOINT);
    assertThat(after.get("protocol").asText()).isEqualTo("http");
    assertThat(after.get("endpoint")).isEqualTo(Samples.json("{'url': 'https://a.example'}"));
  }

  @Test
  void membersThatAreNotThereAnyMoreAreRemovedAtEveryDepth() throws ItemException {
    Node node =
        NodeContent.after(
            shown(HTTP),
            Samples.json(
                """
                {'field_mcp_metadata': '{"nested": {"y": 3}, "new": [1]}',
                 'field_mcp_health_check': '{"interval": 90, "health": "healthy"}'}
                """));
    assertThat(taken(HTTP, node, SyncField.METADATA).get("metadata"))
        .isEqualTo(Samples.json("{'nested': {'y': 3}, 'new': [1]}"));
    JsonNode check = taken(HTTP, node, SyncField.HEALTH_CHECK).get("healthCheck");
    assertThat(check).isEqualTo(Samples.json("{'enabled': true, 'interval': 90, 'timeout': 5000}"));
  }

  @Test
  void whatIsEmptiedIsRemoved() throws ItemException {
    Node node =
        NodeContent.after(
            shown(HTTP),
            Samples.json("{'field_mcp_metadata': null, 'field_mcp_capabilities': []}"));
    assertThat(taken(HTTP, node, SyncField.METADATA).has("metadata")).isFalse();
    assertThat(taken(HTTP, node, SyncField.CAPABILITIES).has("capabilities")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          {'field_mcp_endpoint': null},                            ENDPOINT
          {'field_mcp_endpoint': '{"command": "echo"}'},           ENDPOINT
          {'field_mcp_protocol': 'stdio'},                         ENDPOINT
          {'field_mcp_protocol': null},                            ENDPOINT
          {'field_mcp_type': 'robot'},                             ENDPOINT
          {'title': 'no name at all'},                             NAME
          {'field_mcp_health_check': '{"interval": "often"}'},     HEALTH_CHECK
          `{'field_mcp_capabilities': ['read', 'read']}`,          CAPABILITIES
          """)
  void whatTheRegistryDoesNotTakeIsRefused(String attributes, SyncField field) {
    Node node = NodeContent.after(shown(HTTP), Samples.json(attributes));
    assertThatThrownBy(() -> taken(HTTP, node, field))
        .isInstanceOf(IntakeException.class)
        .hasMessageNotContaining("s3cret");
    assertThatThrownBy(() -> INTAKE.register(PRINCIPAL, NodeReader.registration(node)))
        .isInstanceOf(IntakeException.class);
  }

  @Test
  void aMaskedArgumentIsNotUnmaskedBehindAnotherOption() {
    Node option = edited(STDIO, "--token", "--name");
    assertThatThrownBy(() -> taken(STDIO, option, SyncField.ENDPOINT))
        .isInstanceOf(IntakeException.class)
        .hasMessageContaining("endpoint/args/2");
    Node script = edited(STDIO, "server.js", "other.js");
    assertThatThrownBy(() -> taken(STDIO, script, SyncField.ENDPOINT))
        .isInstanceOf(IntakeException.class);
  }

  @Test
  void anotherCommandDoesNotTakeMaskedVariablesAlong() {
    Node node =
        NodeContent.after(
            shown(STDIO),
            Samples.json("{}")
                .put(Node.ENDPOINT, "{\"command\": \"printenv\", \"env\": {\"KEY\": \"***\"}}"));
    assertThatThrownBy(() -> taken(STDIO, node, SyncField.ENDPOINT))
        .isInstanceOf(IntakeException.class);
  }

  @Test
  void starsAreATextLikeAnyOtherWhereNothingIsMasked() throws ItemException {
    Node node =
        NodeContent.after(
            shown(HTTP), Samples.json("{'field_mcp_metadata': '{\"owner\": \"***\"}'}"));
    assertThat(taken(HTTP, node, SyncField.METADATA).at("/metadata/owner").asText())
        .isEqualTo("***");
  }
}
