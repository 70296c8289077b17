package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Something that clients may want to hear of. */
sealed interface Change {
  /** The notification's method. */
  String method();

  /** A new copy of the notification's parameters. */
  ObjectNode params();

  /**
   * A list is another one now.
   *
   * @param list {@code tools}, {@code prompts} or {@code resources}
   */
  record ListChanged(String list) implements Change {
    @Override
    public String method() {
      return "notifications/" + list + "/list_changed";
    }

    @Override
    public ObjectNode params() {
      return Json.object();
    }
  }

  /** A resource has new content. */
  record ResourceUpdated(String uri) implements Change {
    @Override
    public String method() {
      return "notifications/resources/updated";
    }

    @Override
    public ObjectNode params() {
      return Json.object().put("uri", uri);
    }
  }

  /** A task has another state; for those who listen to it. */
  record TaskChanged(ObjectNode task) implements Change {
    @Override
    public String method() {
      return "notifications/tasks";
    }

    @Override
    public ObjectNode params() {
      return task.deepCopy();
    }
  }

  /** What a URL was opened for is done; legacy clients only. */
  record ElicitationComplete(String elicitationId) implements Change {
    @Override
    public String method() {
      return "notifications/elicitation/complete";
    }

    @Override
    public ObjectNode params() {
      return Json.object().put("elicitationId", elicitationId);
    }
  }
}
