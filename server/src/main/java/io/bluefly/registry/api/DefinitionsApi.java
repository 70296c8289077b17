package io.bluefly.registry.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.bluefly.registry.capabilities.DefinitionPolicy;
import io.bluefly.registry.capabilities.Definitions;
import io.bluefly.registry.capabilities.Definitions.Wanted;
import io.bluefly.registry.capabilities.Difference;
import io.bluefly.registry.capabilities.Flag;
import io.bluefly.registry.capabilities.PendingChange;
import io.bluefly.registry.capabilities.Pin;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looking at changed definitions of tools, and approving them. */
final class DefinitionsApi {
  /** The numbers as the server wrote them; what a server sends is not held to the API's limits. */
  private static final JsonMapper DEFINITIONS =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private final Connections connections;
  private final Definitions definitions;

  DefinitionsApi(Connections connections, Definitions definitions) {
    this.connections = connections;
    this.definitions = definitions;
  }

  /** The changes that wait for approval. */
  record Changes(
      String connectionId, DefinitionPolicy policy, List<ShownChange> changes, int total) {}

  /**
   * A change.
   *
   * @param hash of {@code after}, for the approval; null for a tool that was removed
   */
  record ShownChange(
      String name,
      Pin.Kind kind,
      boolean quarantined,
      Instant since,
      @Nullable String hash,
      @Nullable String approvedHash,
      @Nullable Instant approvedAt,
      @Nullable String approvedBy,
      @Nullable JsonNode before,
      @Nullable JsonNode after,
      List<Difference> differences,
      List<Flag> flags) {}

  Reply changes(Request request) {
    String id = Visible.to(request, connections).get(request.text("connectionId")).id();
    List<ShownChange> all = definitions.changes(id).stream().map(c -> shown(id, c)).toList();
    return Reply.ok(new Changes(id, definitions.policy(), all, all.size()));
  }

  private ShownChange shown(String connectionId, PendingChange change) {
    Pin pin = change.pin();
    JsonNode before = json(change.before());
    JsonNode after = json(change.after());
    return new ShownChange(
        pin.name(),
        change.kind(),
        change.kind() != Pin.Kind.REMOVED && definitions.withholds(connectionId, pin.name()),
        pin.since(),
        pin.seen(),
        pin.approved(),
        pin.approval() == null ? null : pin.approval().at(),
        pin.approval() == null ? null : pin.approval().by(),
        before,
        after,
        before == null || after == null ? List.of() : Difference.between(before, after),
        change.flags());
  }

  private static @Nullable JsonNode json(@Nullable String definition) {
    try {
      return definition == null ? null : DEFINITIONS.readTree(definition);
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(definition);
    }
  }

  /** What was approved. */
  record Approved(String connectionId, List<ApprovedTool> approved, int total) {}

  /** A tool whose definition, or absence where there is no hash, is approved now. */
  record ApprovedTool(String name, @Nullable String hash) {}

  Reply approve(Request request) {
    Connection connection = Visible.to(request, connections).get(request.text("connectionId"));
    Rights.requireChange(request.principal(), connection);
    String id = connection.id();
    List<ApprovedTool> approved =
        definitions.approve(id, wanted(request.body()), request.principal().id()).stream()
            .map(pin -> new ApprovedTool(pin.name(), pin.approved()))
            .toList();
    return Reply.ok(new Approved(id, approved, approved.size()));
  }

  private static @Nullable List<Wanted> wanted(JsonNode body) {
    if (!body.has("tools")) {
      return null;
    }
    List<Wanted> wanted = new ArrayList<>();
    for (JsonNode tool : body.get("tools")) {
      String name = tool.get("name").asText();
      wanted.add(
          tool.has("hash")
              ? new Wanted.Exactly(name, tool.get("hash").textValue())
              : new Wanted.AsItIs(name));
    }
    return wanted;
  }
}
