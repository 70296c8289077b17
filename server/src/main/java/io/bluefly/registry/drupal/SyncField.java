package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.capabilities.CanonicalJson;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Endpoint;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.connections.RegistrationJson;

/**
 * What either side may change, each part by itself. Type, protocol and endpoint are one: of two
 * sides they need not fit together.
 */
enum SyncField {
  NAME("title") {
    @Override
    JsonNode local(Registration registration) {
      return text(registration.name());
    }

    @Override
    JsonNode remote(Node node) {
      return text(node.text(Node.TITLE));
    }
  },
  ENDPOINT(Node.ENDPOINT) {
    @Override
    JsonNode local(Registration registration) {
      Endpoint endpoint = registration.endpoint();
      return endpoint(
          text(registration.type().wire()),
          text(registration.protocol().wire()),
          endpoint == null ? NullNode.instance : RegistrationJson.shown(endpoint));
    }

    @Override
    JsonNode remote(Node node) {
      return endpoint(
          node.attribute(Node.TYPE), node.attribute(Node.PROTOCOL), node.json(Node.ENDPOINT));
    }

    private JsonNode endpoint(JsonNode type, JsonNode protocol, JsonNode endpoint) {
      ObjectNode all = JsonNodeFactory.instance.objectNode();
      all.set("type", type);
      all.set("protocol", protocol);
      all.set("endpoint", endpoint);
      return all;
    }
  },
  CAPABILITIES(Node.CAPABILITIES) {
    @Override
    JsonNode local(Registration registration) {
      JsonNode declared = RegistrationJson.write(registration).path("capabilities");
      return declared.isArray() ? declared : NullNode.instance;
    }

    // As they are meant: Drupal keeps the blanks that an editor has typed around a name.
    @Override
    JsonNode remote(Node node) {
      ArrayNode names = JsonNodeFactory.instance.arrayNode();
      for (JsonNode name : node.attribute(Node.CAPABILITIES)) {
        if (!name.asText().isBlank()) {
          names.add(name.asText().strip());
        }
      }
      return names.isEmpty() ? NullNode.instance : names;
    }
  },
  METADATA(Node.METADATA) {
    @Override
    JsonNode local(Registration registration) {
      JsonNode metadata = RegistrationJson.write(registration).path("metadata");
      return metadata.isEmpty() ? NullNode.instance : metadata;
    }

    @Override
    JsonNode remote(Node node) {
      return node.json(Node.METADATA);
    }
  },
  HEALTH_CHECK(Node.HEALTH_CHECK) {
    @Override
    JsonNode local(Registration registration) {
      return RegistrationJson.write(registration).path("healthCheck");
    }

    // Without what the registry tells there of the connection's health.
    @Override
    JsonNode remote(Node node) {
      JsonNode check = node.json(Node.HEALTH_CHECK);
      if (!(check instanceof ObjectNode object && object.has(Node.HEALTH))) {
        return check;
      }
      ObjectNode settings = object.deepCopy();
      settings.remove(Node.HEALTH);
      return settings.isEmpty() ? NullNode.instance : settings;
    }
  };

  private final String attribute;

  SyncField(String attribute) {
    this.attribute = attribute;
  }

  /** The node's field that a user is told of. */
  String attribute() {
    return attribute;
  }

  /** What the registry has, as the user wrote it and without secrets; null (JSON's) for nothing. */
  abstract JsonNode local(Registration registration);

  /** What the node has, JSON where it is JSON; the text as it is where it should be and is not. */
  abstract JsonNode remote(Node node);

  /** By what a value of the registry is told from another one. */
  String localHash(Connection connection) {
    return CanonicalJson.hash(local(connection.registration()));
  }

  /** By what a value of the node is told from another one. */
  String remoteHash(Node node) {
    return CanonicalJson.hash(remote(node));
  }

  private static JsonNode text(String text) {
    return JsonNodeFactory.instance.textNode(text);
  }
}
