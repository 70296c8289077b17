package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Who may send which base field. Nobody sets {@code changed}; but a PATCH may carry what is stored,
 * which makes it a lock.
 */
final class FieldAccess {
  private static final List<String> OF_NOBODY = List.of("changed", "revision_timestamp");
  private static final List<String> OF_ADMINISTRATORS =
      List.of("status", "created", "promote", "sticky");

  private FieldAccess() {}

  static void checkPost(ObjectNode attributes, Account account) {
    OF_NOBODY.stream().filter(attributes::has).forEach(name -> refuse("POST", name, ""));
    if (!account.administers()) {
      OF_ADMINISTRATORS.stream()
          .filter(attributes::has)
          .forEach(name -> refuseStrangers("POST", name));
    }
  }

  /** What is sent as it is stored in {@code read} is no change, and so allowed. */
  static void checkPatch(ObjectNode attributes, Node read, Account account) {
    ObjectNode stored = NodeDocuments.attributes(read);
    OF_NOBODY.stream()
        .filter(name -> differs(attributes, stored, name))
        .forEach(name -> refuse("PATCH", name, ""));
    if (!account.administers()) {
      OF_ADMINISTRATORS.stream()
          .filter(name -> differs(attributes, stored, name))
          .forEach(name -> refuseStrangers("PATCH", name));
    }
  }

  private static boolean differs(ObjectNode attributes, ObjectNode stored, String name) {
    JsonNode sent = attributes.get(name);
    return sent != null && !comparable(sent).equals(comparable(stored.path(name)));
  }

  /** Times in whole seconds, whatever their offset. */
  private static Object comparable(JsonNode value) {
    return value.isTextual() ? Times.read(value.textValue()) : value;
  }

  private static void refuseStrangers(String method, String name) {
    refuse(method, name, " The 'administer nodes' permission is required.");
  }

  private static void refuse(String method, String name, String why) {
    throw Refusal.forbidden(
        "/data/attributes/" + name,
        "The current user is not allowed to %s the selected field (%s).".formatted(method, name)
            + why);
  }
}
