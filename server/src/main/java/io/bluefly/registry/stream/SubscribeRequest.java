package io.bluefly.registry.stream;

import io.bluefly.registry.events.EventFilter;
import io.bluefly.registry.events.EventId;
import org.jspecify.annotations.Nullable;

/**
 * A wish to hear events.
 *
 * @param name of the subscription
 * @param after the id after which it begins; null: now
 * @param requestId the client's own, to be echoed; a text or a number
 */
record SubscribeRequest(
    String name, EventFilter filter, @Nullable EventId after, @Nullable Object requestId) {}
