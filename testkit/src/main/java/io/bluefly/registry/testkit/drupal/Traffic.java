package io.bluefly.registry.testkit.drupal;

import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What the site was asked, and how much of it at once. */
final class Traffic {
  static final Set<String> WRITING = Set.of("POST", "PATCH", "DELETE");

  private final List<Received> received = new ArrayList<>();
  private int now;
  private int most;

  synchronized void begin(Received request) {
    received.add(request);
    most = Math.max(most, ++now);
  }

  synchronized void end() {
    now--;
  }

  synchronized List<Received> received() {
    return List.copyOf(received);
  }

  synchronized int writes() {
    return (int) received.stream().filter(Received::writes).count();
  }

  synchronized int most() {
    return most;
  }

  synchronized void forget() {
    received.clear();
    most = now;
  }
}
