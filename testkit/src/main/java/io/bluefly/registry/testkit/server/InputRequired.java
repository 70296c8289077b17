package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A modern client has to answer first, and then to ask again. */
final class InputRequired extends Interruption {
  private static final long serialVersionUID = 1;

  private final transient ObjectNode result;

  InputRequired(ObjectNode result) {
    super("input required");
    this.result = result;
  }

  ObjectNode result() {
    return result;
  }
}
