package io.bluefly.registry.capabilities;

import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.events.Event;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What happens to the catalogue. */
public sealed interface CapabilityEvent extends Event {
  /**
   * A server's lists were read and are not what they were.
   *
   * @param kinds whose definitions changed
   */
  record Changed(String connectionId, Set<Kind> kinds, Instant timestamp)
      implements CapabilityEvent {
    /** Copies the kinds. */
    public Changed {
      kinds = Set.copyOf(kinds);
    }
  }

  /**
   * A server's tools are not those that were approved, in a way that was not told before; or there
   * is something in them that a person should look at.
   *
   * @param tools what is new
   * @param policy what comes of them
   */
  record DefinitionsDiffer(
      String connectionId, List<ToolChange> tools, DefinitionPolicy policy, Instant timestamp)
      implements CapabilityEvent {
    /** Copies the tools. */
    public DefinitionsDiffer {
      tools = List.copyOf(tools);
    }
  }

  /**
   * Somebody approved changes.
   *
   * @param tools their names
   * @param by who did it
   */
  record DefinitionsApproved(String connectionId, List<String> tools, String by, Instant timestamp)
      implements CapabilityEvent {
    /** Copies the names. */
    public DefinitionsApproved {
      tools = List.copyOf(tools);
    }
  }
}
