package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.capabilities.CanonicalJson;
import io.bluefly.registry.capabilities.Capability;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.health.HealthMonitor;
import io.bluefly.registry.health.HealthStatus;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a node shall have of a connection. */
final class NodeContent {
  /** What Drupal's fields for one line hold. */
  private static final int LONGEST_LINE = 255;

  private static final int MAX_CAPABILITIES = 1_000;
  private static final int LONGEST_DESCRIPTION = 300;
  private static final int LONGEST_DETAILS = 16_000;

  /** Without fractions: Drupal takes none. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx").withZone(ZoneOffset.UTC);

  private final Catalogue catalogue;
  private final HealthMonitor health;
  private final String registry;

  /**
   * Of connections of the registry that has this name.
   *
   * @param catalogue what they offer
   * @param health how they are
   */
  NodeContent(Catalogue catalogue, HealthMonitor health, String registry) {
    this.catalogue = catalogue;
    this.health = health;
    this.registry = registry;
  }

  /** The name by which nodes say whose they are. */
  String registry() {
    return registry;
  }

  /** All attributes of a new node. */
  ObjectNode whole(Connection connection) {
    Node empty = new Node("", JsonNodeFactory.instance.objectNode(), null);
    Set<SyncField> all = EnumSet.allOf(SyncField.class);
    return difference(empty, connection, all, all);
  }

  /**
   * The attributes in which a node has to be changed: what the registry alone writes, and these
   * fields. Empty when it is as it should be.
   *
   * @param fields that are copied to the node
   * @param inStep fields that are in step then; the others are somebody else's for now, and the
   *     hash does not vouch for them
   */
  ObjectNode difference(
      Node node, Connection connection, Set<SyncField> fields, Set<SyncField> inStep) {
    ObjectNode wanted = JsonNodeFactory.instance.objectNode();
    fields.forEach(field -> put(wanted, field, connection));
    wanted.put(Node.CONNECTION_ID, connection.id());
    wanted.put(Node.REGISTRY, registry);
    wanted.put(Node.STATUS, connection.status().wire());
    wanted.put(Node.UPDATED, TIME.format(connection.updatedAt().truncatedTo(ChronoUnit.SECONDS)));
    wanted.put(Node.DELETED, false);
    putOffer(wanted, connection, inStep);
    putHealth(wanted, node, health.of(connection).status());
    if (inStep.size() == SyncField.values().length) {
      wanted.put(Node.HASH, hash(after(node, wanted), connection.id()));
    }
    ObjectNode difference = JsonNodeFactory.instance.objectNode();
    wanted
        .properties()
        .forEach(member -> {
          if (!isSame(member.getKey(), node, wanted)) {
            difference.set(member.getKey(), member.getValue());
          }
        });
    boolean written = fields.stream().anyMatch(field -> difference.has(field.attribute()));
    if (written || difference.has(Node.HASH)) {
      difference.put(Node.REVISION, nextRevision(node));
    }
    return difference;
  }

  /** The attributes that say that a node's connection is disconnected. */
  static ObjectNode flag() {
    return JsonNodeFactory.instance
        .objectNode()
        .put(Node.DELETED, true)
        .put(Node.STATUS, ConnectionStatus.DISCONNECTED.wire());
  }

  /** The attributes that say whose a node is, and that nothing is known of its server yet. */
  ObjectNode claim(Node node) {
    ObjectNode claim = JsonNodeFactory.instance.objectNode().put(Node.REGISTRY, registry);
    putHealth(claim, node, HealthStatus.INITIALIZING);
    if (node.isTooFresh()) {
      postponeShared(claim);
    }
    return claim;
  }

  /** Leaves to the next sync what the registry writes into fields that editors write, too. */
  static void postponeShared(ObjectNode attributes) {
    if (attributes.has(Node.CAPABILITIES)) {
      attributes.remove(List.of(Node.CAPABILITIES, Node.HASH, Node.REVISION));
    }
    attributes.remove(Node.HEALTH_CHECK);
  }

  /**
   * Whether a node's capabilities are those that a registry has told of a connection without any.
   */
  boolean isOwnOffer(Node node, Connection connection) {
    JsonNode there = SyncField.CAPABILITIES.remote(node);
    return connection.registration().capabilities() == null
        && (there.isNull()
            || Merge.isAsWritten(node, connection.id())
            || there.equals(names(catalogue.names(connection))));
  }

  /** Whether a node has these attributes. */
  static boolean has(Node node, ObjectNode attributes) {
    return attributes.propertyStream().allMatch(one -> isSame(one.getKey(), node, attributes));
  }

  /** A node as it is once {@code attributes} are written. */
  static Node after(Node node, ObjectNode attributes) {
    ObjectNode all = node.attributes().deepCopy();
    all.setAll(attributes);
    return new Node(node.id(), all, node.readAt());
  }

  /**
   * By what a node can be told that was changed by nobody since it was written for a connection.
   */
  static String hash(Node node, String connectionId) {
    ObjectNode fields = JsonNodeFactory.instance.objectNode().put("connection", connectionId);
    for (SyncField field : SyncField.values()) {
      fields.set(field.attribute(), field.remote(node));
    }
    return CanonicalJson.hash(fields);
  }

  private void put(ObjectNode wanted, SyncField field, Connection connection) {
    JsonNode value = field.local(connection.registration());
    switch (field) {
      case NAME -> wanted.set(Node.TITLE, value);
      case ENDPOINT -> {
        wanted.set(Node.TYPE, value.get("type"));
        wanted.set(Node.PROTOCOL, value.get("protocol"));
        wanted.set(Node.ENDPOINT, text(value.get("endpoint")));
      }
      case CAPABILITIES -> wanted.set(Node.CAPABILITIES, names(told(connection)));
      case METADATA -> wanted.set(Node.METADATA, text(value));
      case HEALTH_CHECK -> wanted.set(Node.HEALTH_CHECK, text(value));
    }
  }

  private static JsonNode text(JsonNode json) {
    return json.isNull() ? json : JsonNodeFactory.instance.textNode(json.toString());
  }

  /** What is declared, whether it may be used now or not; else what is offered. */
  private Collection<String> told(Connection connection) {
    List<String> declared = connection.registration().capabilities();
    return declared == null ? catalogue.names(connection) : declared;
  }

  private static ArrayNode names(Collection<String> names) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    names.stream()
        .filter(name -> name.length() <= LONGEST_LINE && !name.isBlank())
        .limit(MAX_CAPABILITIES)
        .forEach(all::add);
    return all;
  }

  /** What a server offers is told as soon as it is known; before that the last is left. */
  private void putOffer(ObjectNode wanted, Connection connection, Set<SyncField> inStep) {
    if (!catalogue.isKnown(connection.id())) {
      return;
    }
    boolean declared = connection.registration().capabilities() != null;
    if (!declared && inStep.contains(SyncField.CAPABILITIES)) {
      wanted.set(Node.CAPABILITIES, names(catalogue.names(connection)));
    }
    wanted.set(Node.CAPABILITY_DETAILS, details(connection));
  }

  private JsonNode details(Connection connection) {
    ArrayNode details = JsonNodeFactory.instance.arrayNode();
    int length = 0;
    for (Capability capability : catalogue.of(connection)) {
      ObjectNode one = JsonNodeFactory.instance.objectNode();
      one.put("name", capability.name()).put("kind", capability.kind().wire());
      if (capability.description() != null) {
        one.put("description", cut(capability.description()));
      }
      length += one.toString().length();
      if (length > LONGEST_DETAILS) {
        break;
      }
      details.add(one);
    }
    return details.isEmpty() ? NullNode.instance : text(details);
  }

  private static String cut(String text) {
    if (text.length() <= LONGEST_DESCRIPTION) {
      return text;
    }
    int end = LONGEST_DESCRIPTION - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
  }

  /** Beside the settings of the check, whatever they are there: that is the editors' part. */
  private static void putHealth(ObjectNode wanted, Node node, HealthStatus status) {
    JsonNode check = after(node, wanted).json(Node.HEALTH_CHECK);
    if (check.isNull() || check.isObject()) {
      ObjectNode told = check.isObject() ? check.deepCopy() : JsonNodeFactory.instance.objectNode();
      told.put(Node.HEALTH, status.wire());
      wanted.put(Node.HEALTH_CHECK, told.toString());
    }
  }

  private static boolean isSame(String attribute, Node node, ObjectNode wanted) {
    Node after = new Node(node.id(), wanted, null);
    return switch (attribute) {
      case Node.ENDPOINT, Node.METADATA, Node.HEALTH_CHECK, Node.CAPABILITY_DETAILS ->
          CanonicalJson.hash(node.json(attribute))
              .equals(CanonicalJson.hash(after.json(attribute)));
      case Node.UPDATED -> {
        Instant now = Node.time(node.text(attribute));
        yield now != null && now.equals(Node.time(after.text(attribute)));
      }
      case Node.DELETED -> node.isDeleted() == after.isDeleted();
      default -> node.attribute(attribute).equals(after.attribute(attribute));
    };
  }

  private static int nextRevision(Node node) {
    int revision = node.attribute(Node.REVISION).asInt(0);
    return revision < 0 || revision == Integer.MAX_VALUE ? 1 : revision + 1;
  }
}
