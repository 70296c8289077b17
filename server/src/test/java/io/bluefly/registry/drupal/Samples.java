package io.bluefly.registry.drupal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.connections.RegistrationJson;
import java.time.Instant;
import java.util.EnumSet;

/** Connections and nodes of tests. */
final class Samples {
  /** When connections were changed last; nodes say whole seconds. */
  static final Instant MOMENT = Instant.parse("2026-01-01T00:00:00.700Z");

  static final SiteAddress SITE = SiteAddress.parse("https://drupal.example.com");

  static final String NODE_ID = "0e2a4dfc-6f3b-5a5e-9d3c-0123456789ab";
  static final String ID = "mcp-conn-1";

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_SINGLE_QUOTES).build();

  private Samples() {}

  /** JSON that may have single quotes. */
  static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** A client by HTTP that is called {@code one}, but for what {@code members} say. */
  static Registration registration(String members) {
    ObjectNode json = json("{'name': 'one', 'type': 'client', 'protocol': 'http'}");
    return RegistrationJson.read(json.setAll(json(members)));
  }

  /** The connection that {@link #registration} makes. */
  static Connection connection(String members) {
    return connection(registration(members));
  }

  static Connection connection(Registration registration) {
    return new Connection(ID, registration, ConnectionStatus.ACTIVE, MOMENT, MOMENT, null);
  }

  /** A node that has what {@code connection} has, but for what {@code attributes} say. */
  static Node node(Connection connection, String attributes) {
    Registration registration = connection.registration();
    JsonNode endpoint = SyncField.ENDPOINT.local(registration);
    ObjectNode node = json("{'changed': '2026-01-01T00:00:00+00:00'}");
    node.set(Node.TITLE, SyncField.NAME.local(registration));
    node.set(Node.TYPE, endpoint.get("type"));
    node.set(Node.PROTOCOL, endpoint.get("protocol"));
    putText(node, Node.ENDPOINT, endpoint.get("endpoint"));
    node.set(Node.CAPABILITIES, SyncField.CAPABILITIES.local(registration));
    putText(node, Node.METADATA, SyncField.METADATA.local(registration));
    putText(node, Node.HEALTH_CHECK, SyncField.HEALTH_CHECK.local(registration));
    return new Node(NODE_ID, node.setAll(json(attributes)), null);
  }

  private static void putText(ObjectNode node, String attribute, JsonNode json) {
    node.set(attribute, json.isNull() ? json : node.textNode(json.toString()));
  }

  /** A node of these attributes alone. */
  static Node node(String attributes) {
    return new Node(NODE_ID, json(attributes), null);
  }

  /** The same node with the hash that the registry writes. */
  static Node asWritten(Node node) {
    return NodeContent.after(
        node, node.attributes().objectNode().put(Node.HASH, NodeContent.hash(node, ID)));
  }

  /** A pair that was never in step. */
  static Link fresh() {
    return Link.fresh(SITE, NODE_ID, ID);
  }

  /** The pair of these two, which are in step. */
  static Link inStep(Connection connection, Node node) {
    return fresh().with(EnumSet.allOf(SyncField.class), connection, node);
  }
}
