package io.bluefly.registry.api;

/** What an operation of the contract does. Runs on a thread that may wait. */
@FunctionalInterface
public interface Operation {
  /** The reply; what goes wrong is thrown, and {@link Problems} says what it means. */
  Reply handle(Request request);
}
