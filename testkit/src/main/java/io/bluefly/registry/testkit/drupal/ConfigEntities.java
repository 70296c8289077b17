package io.bluefly.registry.testkit.drupal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.UUID;

/** The site's configuration as far as JSON:API shows it, and the entry point that lists it all. */
final class ConfigEntities {
  static final UUID NODE_TYPE = UUID.fromString("c161eb2a-0ec9-4849-9da1-802baf484f67");

  private static final List<String> OTHER_TYPES =
      List.of(
          "action--action",
          "base_field_override--base_field_override",
          "block--block",
          "date_format--date_format",
          "entity_form_display--entity_form_display",
          "entity_form_mode--entity_form_mode",
          "entity_view_display--entity_view_display",
          "entity_view_mode--entity_view_mode",
          "field_config--field_config",
          "field_storage_config--field_storage_config",
          "file--file",
          "filter_format--filter_format",
          "menu--menu",
          "node_type--node_type",
          "path_alias--path_alias",
          "user--user",
          "user_role--user_role");

  private final Conditions conditions;
  private final Links links;

  ConfigEntities(Conditions conditions, Links links) {
    this.conditions = conditions;
    this.links = links;
  }

  ObjectNode entry(Account account) {
    ObjectNode document = Documents.begun();
    document.putArray("data");
    if (account != Account.ANONYMOUS) {
      me(account, document.putObject("meta").putObject("links").putObject("me"));
    }
    ObjectNode target = document.putObject("links");
    OTHER_TYPES.forEach(type -> resource(target, type));
    if (conditions.contentType) {
      resource(target, ContentType.TYPE);
    }
    Links.add(target, "self", links.to(Target.ENTRY));
    return document;
  }

  private void me(Account account, ObjectNode me) {
    me.putObject("meta").put("id", account.id().toString());
    me.put("href", links.to(Target.ENTRY + "/user/user/" + account.id()));
  }

  private void resource(ObjectNode target, String type) {
    Links.add(target, type, links.to(Target.ENTRY + "/" + type.replace("--", "/")));
  }

  ObjectNode nodeTypes(Account account, Query query) {
    ObjectNode document = Documents.begun();
    ArrayNode data = document.putArray("data");
    if (conditions.contentType && account.reads()) {
      nodeType(data.addObject());
    }
    return self(document, Target.NODE_TYPES, query);
  }

  private void nodeType(ObjectNode type) {
    type.put("type", "node_type--node_type").put("id", NODE_TYPE.toString());
    Links.add(type.putObject("links"), "self", links.to(Target.NODE_TYPES + "/" + NODE_TYPE));
    ObjectNode attributes = type.putObject("attributes");
    attributes.put("langcode", "en").put("status", true).putArray("dependencies");
    attributes.put("name", "MCP connection").put("drupal_internal__type", ContentType.NAME);
    attributes.putNull("description").putNull("help");
    attributes.put("new_revision", true).put("preview_mode", 1).put("display_submitted", false);
  }

  /** Whoever does not administer fields gets none, and a note of each. */
  ObjectNode fieldConfigs(Account account, Query query) {
    ObjectNode document = Documents.begun();
    ArrayNode data = document.putArray("data");
    List<String> names = conditions.contentType ? names() : List.of();
    if (account.administers()) {
      names.forEach(name -> fieldConfig(name, data.addObject()));
    } else {
      Omitted.note(
          document,
          names.stream().map(this::fieldConfig).toList(),
          "The current user is not allowed to GET the selected resource."
              + " The 'administer node fields' permission is required.");
    }
    return self(document, Target.FIELD_CONFIGS, query);
  }

  private static List<String> names() {
    return ContentType.FIELDS.stream().skip(1).map(Field::name).toList();
  }

  private void fieldConfig(String name, ObjectNode config) {
    config.put("type", "field_config--field_config").put("id", id(name).toString());
    Links.add(config.putObject("links"), "self", fieldConfig(name));
    ObjectNode attributes = config.putObject("attributes");
    attributes.put("field_name", name).put("entity_type", "node").put("bundle", ContentType.NAME);
  }

  private String fieldConfig(String name) {
    return links.to(Target.FIELD_CONFIGS + "/" + id(name));
  }

  private static UUID id(String name) {
    return UUID.nameUUIDFromBytes(name.getBytes(UTF_8));
  }

  private ObjectNode self(ObjectNode document, String path, Query query) {
    Links.add(document.putObject("links"), "self", links.to(path + query.sorted()));
    return document;
  }
}
