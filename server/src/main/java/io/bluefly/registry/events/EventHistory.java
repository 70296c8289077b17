package io.bluefly.registry.events;

import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives public events their ids, and keeps the newest of each type, so that a type that comes often
 * does not push out the others. Belongs to one thread.
 */
public final class EventHistory {
  private final long start;
  private final Map<EventType, EventRing> rings = new EnumMap<>(EventType.class);
  private long sequence;

  /** The sequence number that stands for the last events that nobody has seen. */
  private long lastLost;

  /**
   * Begins without any event.
   *
   * @param start when the registry was started
   * @param kept how many events of each type are kept, 1 and up
   */
  public EventHistory(Instant start, int kept) {
    this.start = start.toEpochMilli();
    for (EventType type : EventType.values()) {
      rings.put(type, new EventRing(kept));
    }
  }

  /** Adds an event, which gets the next id. */
  public LoggedEvent add(PublicEvent event) {
    LoggedEvent logged = new LoggedEvent(new EventId(start, ++sequence), event);
    ring(event.type()).add(logged);
    return logged;
  }

  /** Notes that events were lost here before they had ids; returns the id that stands for them. */
  public EventId lose() {
    lastLost = ++sequence;
    return last();
  }

  /** Whether {@code number} stands for events that were lost. */
  public boolean isLost(long number) {
    return number > 0 && number == lastLost;
  }

  /** The id of the newest. */
  public EventId last() {
    return new EventId(start, sequence);
  }

  /** The id with this sequence number. */
  public EventId id(long number) {
    return new EventId(start, number);
  }

  /** Whether {@code id} was given since the registry was started. */
  public boolean isOwn(EventId id) {
    return id.start() == start && id.sequence() <= sequence;
  }

  /** Whether {@code id} was given before the registry was started. */
  public boolean isOfAnotherRun(EventId id) {
    return id.start() != start;
  }

  /** The number of the newest event of these types that is not kept any more; 0: all are. */
  public long lastMissing(Collection<EventType> types) {
    long missing = lastLost;
    for (EventType type : types) {
      missing = Math.max(missing, ring(type).lastDropped());
    }
    return missing;
  }

  /**
   * What is kept of these types after the event with the number {@code after}, the oldest first.
   * Good until the next event is added.
   */
  public Iterator<LoggedEvent> after(long after, Set<EventType> types) {
    return new Merged(after, types);
  }

  private EventRing ring(EventType type) {
    EventRing ring = rings.get(type);
    if (ring == null) {
      throw new IllegalStateException("no ring of " + type);
    }
    return ring;
  }

  /** The rings of several types as one. */
  private final class Merged implements Iterator<LoggedEvent> {
    private final EventRing[] all;
    private final int[] next;
    private int least;

    Merged(long after, Set<EventType> types) {
      all = types.stream().map(EventHistory.this::ring).toArray(EventRing[]::new);
      next = new int[all.length];
      for (int i = 0; i < all.length; i++) {
        next[i] = all[i].firstAfter(after);
      }
      findLeast();
    }

    private void findLeast() {
      least = -1;
      long lowest = Long.MAX_VALUE;
      for (int i = 0; i < all.length; i++) {
        LoggedEvent event = peek(i);
        if (event != null && event.sequence() < lowest) {
          lowest = event.sequence();
          least = i;
        }
      }
    }

    private @Nullable LoggedEvent peek(int i) {
      return next[i] < all[i].size() ? all[i].get(next[i]) : null;
    }

    @Override
    public boolean hasNext() {
      return least >= 0;
    }

    @Override
    public LoggedEvent next() {
      LoggedEvent event = least < 0 ? null : peek(least);
      if (event == null) {
        throw new NoSuchElementException();
      }
      next[least]++;
      findLeast();
      return event;
    }
  }
}
