package io.bluefly.registry.stream;

import io.bluefly.registry.balancing.Recommendation;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.events.EventType;
import io.bluefly.registry.events.Happening;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Tells when there is advice on a pool, and when there is no reason for it any more. */
public final class Advice {
  /** So many looks in a row have to find no reason before it is said to be over. */
  private static final int QUIET_LOOKS = 3;

  /** What makes it the same advice, whatever the figures are. */
  private record Subject(String pool, Recommendation.Action action, List<String> connectionIds) {}

  private static final class Given {
    private final Recommendation recommendation;
    private int quiet;

    Given(Recommendation recommendation) {
      this.recommendation = recommendation;
    }
  }

  private final Supplier<List<Recommendation>> advisor;
  private final EventInbox inbox;
  private final InstantSource clock;
  private final Map<Subject, Given> given = new HashMap<>();

  /** Tells at {@code inbox} of what {@code advisor} has to say of all pools. */
  public Advice(Supplier<List<Recommendation>> advisor, EventInbox inbox, InstantSource clock) {
    this.advisor = advisor;
    this.inbox = inbox;
    this.clock = clock;
  }

  /** Looks at all pools; called every few seconds. */
  public void tick() {
    given.values().forEach(each -> each.quiet++);
    for (Recommendation recommendation : advisor.get()) {
      Given known =
          given.computeIfAbsent(
              subject(recommendation),
              _ -> {
                tell(recommendation, "given");
                return new Given(recommendation);
              });
      known.quiet = 0;
    }
    Iterator<Given> each = given.values().iterator();
    while (each.hasNext()) {
      Given one = each.next();
      if (one.quiet >= QUIET_LOOKS) {
        each.remove();
        tell(one.recommendation, "over");
      }
    }
  }

  /** Advice to replace is about certain connections; other advice is about the pool. */
  private static Subject subject(Recommendation recommendation) {
    boolean ofConnections = recommendation.action() == Recommendation.Action.REPLACE;
    return new Subject(
        recommendation.pool(),
        recommendation.action(),
        ofConnections ? recommendation.connectionIds() : List.of());
  }

  private void tell(Recommendation recommendation, String change) {
    boolean ofOne = recommendation.connectionIds().size() == 1;
    inbox.publish(
        new Happening(
                EventType.RECOMMENDATION,
                ofOne ? recommendation.connectionIds().getFirst() : null,
                recommendation.pool(),
                null,
                clock.instant(),
                Map.of())
            .with("change", change)
            .with("action", recommendation.action().wire())
            .with("reason", recommendation.reason())
            .with("suggestedConnections", recommendation.suggestedConnections())
            .with("connectionIds", recommendation.connectionIds()));
  }
}
