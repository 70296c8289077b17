package io.bluefly.registry.events;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events somebody wants; an empty set does not restrict.
 *
 * @param statuses see {@link PublicEvent#status}; events that have none are not among them
 */
public record EventFilter(
    Set<EventType> types, Set<String> connectionIds, Set<String> pools, Set<String> statuses) {
  /** Every event. */
  public static final EventFilter ALL = new EventFilter(Set.of(), Set.of(), Set.of(), Set.of());

  /** Copies the sets. */
  public EventFilter {
    types = Set.copyOf(types);
    connectionIds = Set.copyOf(connectionIds);
    pools = Set.copyOf(pools);
    statuses = Set.copyOf(statuses);
  }

  /** Whether {@code event} is wanted. */
  public boolean matches(PublicEvent event) {
    return (types.isEmpty() || types.contains(event.type()))
        && isAmong(connectionIds, event.connectionId())
        && isAmong(pools, event.pool())
        && isAmong(statuses, event.status());
  }

  private static boolean isAmong(Set<String> wanted, @Nullable String value) {
    return wanted.isEmpty() || (value != null && wanted.contains(value));
  }

  /** The types that may be wanted: all of them when it does not restrict. */
  public Set<EventType> wantedTypes() {
    return types.isEmpty() ? EnumSet.allOf(EventType.class) : types;
  }
}
