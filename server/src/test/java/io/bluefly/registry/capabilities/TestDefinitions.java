package io.bluefly.registry.capabilities;

import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.NoStore;
import io.bluefly.registry.events.EventBus;
import java.time.InstantSource;

/** Definitions for tests that are not about them. */
public final class TestDefinitions {
  private TestDefinitions() {}

  /** Nothing is looked at. */
  public static Definitions off(EventBus bus) {
    return new Definitions(
        new KeptPins(),
        DefinitionPolicy.OFF,
        new Connections(new NoStore(), bus, InstantSource.system()),
        bus,
        Runnable::run,
        InstantSource.system());
  }
}
