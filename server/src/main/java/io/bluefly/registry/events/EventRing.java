package io.bluefly.registry.events;

import java.util.ArrayList;
import java.util.List;

/** The newest events of one type, in the order of their sequence numbers. One thread's. */
final class EventRing {
  private final int capacity;
  private final List<LoggedEvent> slots = new ArrayList<>();

  /** How many were ever added. */
  private long added;

  private long lastDropped;

  EventRing(int capacity) {
    this.capacity = capacity;
  }

  /** Adds the newest, in the place of the oldest when there is no other. */
  void add(LoggedEvent event) {
    if (slots.size() < capacity) {
      slots.add(event);
    } else {
      lastDropped = slots.set((int) (added % capacity), event).sequence();
    }
    added++;
  }

  /** The sequence number of the newest that is not kept any more; 0 while all are. */
  long lastDropped() {
    return lastDropped;
  }

  int size() {
    return slots.size();
  }

  /** One of those that are kept; 0 is the oldest. */
  LoggedEvent get(int index) {
    return slots.get((int) ((added - slots.size() + index) % capacity));
  }

  /** The index of the first whose sequence number is over {@code sequence}. */
  int firstAfter(long sequence) {
    int low = 0;
    int high = slots.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (get(middle).sequence() > sequence) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
