package io.bluefly.registry.events;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers each event to every listener of its type, on the publisher's thread and in the order of
 * subscription. Listeners must be quick and must not block; one that throws does not keep the
 * others from hearing.
 */
public final class EventBus {
  private static final Logger log = LoggerFactory.getLogger(EventBus.class);

  private record Listener<E extends Event>(Class<E> type, Consumer<? super E> consumer) {
    void offer(Event event) {
      if (type.isInstance(event)) {
        consumer.accept(type.cast(event));
      }
    }
  }

  private final List<Listener<?>> listeners = new CopyOnWriteArrayList<>();

  /** Has {@code consumer} called for each event of {@code type} and its subtypes. */
  public <E extends Event> void subscribe(Class<E> type, Consumer<? super E> consumer) {
    listeners.add(new Listener<>(type, consumer));
  }

  /** Tells every listener. */
  public void publish(Event event) {
    for (Listener<?> listener : listeners) {
      try {
        listener.offer(event);
      } catch (RuntimeException e) {
        log.error("A listener failed on {}", event.getClass().getSimpleName(), e);
      }
    }
  }
}
