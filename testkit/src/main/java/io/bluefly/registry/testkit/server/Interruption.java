package io.bluefly.registry.testkit.server;

/** Why an exchange ends without its result. */
abstract sealed class Interruption extends Exception
    permits McpException, InputRequired, CallCancelled {
  private static final long serialVersionUID = 1;

  Interruption(String message) {
    super(message);
  }
}
