package io.bluefly.registry.testkit.server;

/** The client no longer wants an answer. */
final class CallCancelled extends Interruption {
  private static final long serialVersionUID = 1;

  CallCancelled() {
    super("cancelled");
  }
}
