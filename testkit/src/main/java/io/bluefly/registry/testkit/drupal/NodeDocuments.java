package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Content as JSON:API shows it, alone and in lists. */
final class NodeDocuments {
  private static final String GET = "The current user is not allowed to GET the selected resource.";

  private final Links links;

  NodeDocuments(Links links) {
    this.links = links;
  }

  /** Why someone may not see a node that is there. */
  static String forbidden(Account account) {
    return account.reads() ? GET : GET + " The 'access content' permission is required.";
  }

  ObjectNode single(Node node, Query query, Account account, String self) {
    ObjectNode document = Documents.begun();
    describe(node, query, account, document.putObject("data"));
    Links.add(document.putObject("links"), "self", self);
    return document;
  }

  ObjectNode list(ListQuery list, List<Node> matching, Account account) {
    ObjectNode document = Documents.begun();
    ArrayNode data = document.putArray("data");
    List<Node> page = list.page(matching);
    page.stream()
        .filter(account::sees)
        .forEach(node -> describe(node, list.query(), account, data.addObject()));
    Omitted.note(document, hidden(page, account), forbidden(account));
    pages(list, matching, document.putObject("links"));
    return document;
  }

  private List<String> hidden(List<Node> page, Account account) {
    return page.stream().filter(node -> !account.sees(node)).map(links::to).toList();
  }

  private void pages(ListQuery list, List<Node> matching, ObjectNode target) {
    list.first().ifPresent(query -> link(target, "first", query));
    list.next(matching).ifPresent(query -> link(target, "next", query));
    list.previous().ifPresent(query -> link(target, "prev", query));
    link(target, "self", list.query().sorted());
  }

  private void link(ObjectNode target, String name, Query query) {
    Links.add(target, name, links.to(Target.COLLECTION + query));
  }

  private void describe(Node node, Query query, Account account, ObjectNode target) {
    target.put("type", ContentType.TYPE);
    target.put("id", node.id().toString());
    Links.add(target.putObject("links"), "self", revision(node, ""));
    target.set("attributes", attributes(node));
    target.set("relationships", relationships(node, account));
    query.value("fields", ContentType.TYPE).ifPresent(fields -> keep(target, fields));
  }

  private static void keep(ObjectNode target, String fields) {
    Set<String> names =
        Arrays.stream(fields.split(",", -1)).map(String::strip).collect(Collectors.toSet());
    for (String part : List.of("attributes", "relationships")) {
      ObjectNode members = target.withObject(part);
      members.retain(names);
      if (members.isEmpty()) {
        target.remove(part);
      }
    }
  }

  private String revision(Node node, String below) {
    return links.to(node) + below + "?resourceVersion=id%3A" + node.vid();
  }

  static ObjectNode attributes(Node node) {
    ObjectNode attributes = Documents.object();
    attributes.set("drupal_internal__nid", Documents.number(node.nid()));
    attributes.set("drupal_internal__vid", Documents.number(node.vid()));
    attributes.put("langcode", "en");
    attributes.put("revision_timestamp", Times.shown(node.revised()));
    attributes.putNull("revision_log");
    attributes.put("status", node.published());
    attributes.set(ContentType.TITLE, node.field(ContentType.TITLE));
    attributes.put("created", Times.shown(node.created()));
    attributes.put("changed", Times.shown(node.changed()));
    attributes.put("promote", true);
    attributes.put("sticky", false);
    attributes.put("default_langcode", true);
    attributes.set(
        "revision_translation_affected", node.affected() ? BooleanNode.TRUE : NullNode.instance);
    ContentType.FIELDS.forEach(
        field -> attributes.set(field.name(), node.field(field.name()).deepCopy()));
    return attributes;
  }

  /** Who may write what he may not see gets no links to what it relates to. */
  private ObjectNode relationships(Node node, Account account) {
    ObjectNode all = Documents.object();
    ObjectNode type = all.putObject("node_type").putObject("data");
    type.put("type", "node_type--node_type").put("id", ConfigEntities.NODE_TYPE.toString());
    type.putObject("meta").put("drupal_internal__target_id", ContentType.NAME);
    user(all.putObject("revision_uid").putObject("data"), node.reviser());
    user(all.putObject("uid").putObject("data"), node.author());
    if (account.sees(node)) {
      all.properties().forEach(one -> link(node, one.getKey(), (ObjectNode) one.getValue()));
    }
    return all;
  }

  private void link(Node node, String name, ObjectNode relationship) {
    ObjectNode target = relationship.putObject("links");
    Links.add(target, "related", revision(node, "/" + name));
    Links.add(target, "self", revision(node, "/relationships/" + name));
  }

  private static void user(ObjectNode data, Account account) {
    data.put("type", "user--user").put("id", account.id().toString());
    data.putObject("meta").put("drupal_internal__target_id", account.number());
  }

  /** Who has written it. */
  ObjectNode author(Node node) {
    ObjectNode document = Documents.begun();
    user(document.putObject("data"), node.author());
    ObjectNode target = document.putObject("links");
    Links.add(target, "related", revision(node, "/uid"));
    Links.add(target, "self", links.to(node) + "/relationships/uid");
    return document;
  }
}
