package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a tool, a prompt or a resource does. Runs on a virtual thread of its own, so it may wait.
 */
@FunctionalInterface
interface Handler {
  ObjectNode handle(Exchange exchange) throws Interruption;
}
