package io.bluefly.registry.stream;

import io.bluefly.registry.events.EventFilter;
import io.bluefly.registry.events.LoggedEvent;

/**
 * What a subscriber wants.
 *
 * @param name given by the registry, unique on its connection
 * @param from the number of the event after which it begins
 */
record Subscription(String name, EventFilter filter, long from) {
  boolean covers(LoggedEvent event) {
    return event.id().sequence() > from && filter.matches(event.event());
  }
}
