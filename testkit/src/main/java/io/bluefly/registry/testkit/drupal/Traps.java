package io.bluefly.registry.testkit.drupal;

import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What waits for a request that it is meant for, as often as it was said. */
final class Traps<T> {
  private record Trap<T>(Predicate<Received> which, int times, T value) {}

  private final List<Trap<T>> traps = new ArrayList<>();

  synchronized void set(Predicate<Received> which, int times, T value) {
    if (times > 0) {
      traps.add(new Trap<>(which, times, value));
    }
  }

  /** The oldest that waits for this request. */
  synchronized Optional<T> first(Received request) {
    return matching(request).stream().findFirst().map(this::sprung);
  }

  /** All that wait for this request, oldest first. */
  synchronized List<T> all(Received request) {
    return matching(request).stream().map(this::sprung).toList();
  }

  private List<Trap<T>> matching(Received request) {
    return traps.stream().filter(trap -> trap.which().test(request)).toList();
  }

  private T sprung(Trap<T> trap) {
    int place = traps.indexOf(trap);
    if (trap.times() == 1) {
      traps.remove(place);
    } else {
      traps.set(place, new Trap<>(trap.which(), trap.times() - 1, trap.value()));
    }
    return trap.value();
  }
}
