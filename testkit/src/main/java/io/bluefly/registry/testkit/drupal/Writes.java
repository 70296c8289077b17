package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Creates, changes and deletes content as clients ask. */
final class Writes {
  private static final Problem OVERTAKEN =
      Problem.violation(
          "Entity is not valid: The content has either been modified by another user, or you have"
              + " already submitted modifications. As a result, your changes cannot be saved.",
          "/data");

  private final Nodes nodes;
  private final NodeDocuments documents;
  private final Links links;
  private final Traps<Runnable> between;

  Writes(Nodes nodes, Links links, Traps<Runnable> between) {
    this.nodes = nodes;
    this.documents = new NodeDocuments(links);
    this.links = links;
    this.between = between;
  }

  Answer post(Received request, Account account) {
    Payload payload = Payload.read(request.body());
    UUID id = payload.wantedId().orElseGet(UUID::randomUUID);
    Map<String, JsonNode> fields = ContentType.filled(payload.fields());
    FieldAccess.checkPost(payload.attributes(), account);
    check(Payload.violations(fields));
    Node made =
        nodes.atomically(() -> {
          nodes.find(id).ifPresent(there -> refuseSecond());
          return nodes.add(id, account, fields, published(payload.attributes(), true));
        });
    return created(made, account);
  }

  private static void refuseSecond() {
    throw Refusal.conflict();
  }

  private Answer created(Node node, Account account) {
    String location = links.to(node) + "?resourceVersion=id%3A" + node.vid();
    ObjectNode document = documents.single(node, Query.NONE, account, links.to(Target.COLLECTION));
    return Answer.json(201, Map.of("Location", location), document);
  }

  /** When a test does something between reading and writing, the write goes by what was read. */
  Answer patch(Received request, Account account, Node read) {
    List<Runnable> meanwhile = between.all(request);
    meanwhile.forEach(Runnable::run);
    Node written =
        nodes.atomically(() -> write(request, account, meanwhile.isEmpty() ? newest(read) : read));
    return Answer.json(200, documents.single(written, Query.NONE, account, links.to(written)));
  }

  private Node newest(Node read) {
    return nodes.find(read.id()).orElseThrow(() -> Reads.missing("PATCH"));
  }

  private Node write(Received request, Account account, Node read) {
    Payload payload = Payload.read(request.body());
    checkId(payload, read);
    Map<String, JsonNode> fields = payload.fields();
    FieldAccess.checkPatch(payload.attributes(), read, account);
    List<Problem> problems = new ArrayList<>(Payload.violations(fields));
    if (newest(read).changed().isAfter(read.changed())) {
      problems.addFirst(OVERTAKEN);
    }
    check(problems);
    return nodes.revise(read, account, fields, published(payload.attributes(), read.published()));
  }

  private static void checkId(Payload payload, Node read) {
    String sent = payload.id().orElse("");
    if (!sent.equals(read.id().toString())) {
      throw Refusal.badRequest(
          "The selected entity (%s) does not match the ID in the payload (%s)."
              .formatted(read.id(), sent));
    }
  }

  private static boolean published(ObjectNode attributes, boolean otherwise) {
    return attributes.path("status").asBoolean(otherwise);
  }

  private static void check(List<Problem> violations) {
    if (!violations.isEmpty()) {
      throw Refusal.violations(violations);
    }
  }

  Answer delete(Node node) {
    if (!nodes.remove(node.id())) {
      throw Reads.missing("DELETE");
    }
    return Answer.empty(204);
  }
}
