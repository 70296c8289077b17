package io.bluefly.registry.stream;

import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.events.EventFilter;
import io.bluefly.registry.events.EventId;
import io.bluefly.registry.events.EventType;
import io.bluefly.registry.health.HealthStatus;
import io.bluefly.registry.metrics.Outcome;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads what a client wants to hear, the same for both forms of the stream. */
final class FilterFields {
  static final int MOST = 1_000;
  private static final int LONGEST = 256;

  private static final Set<String> STATUSES =
      Stream.of(
              Arrays.stream(ConnectionStatus.values()).map(ConnectionStatus::wire),
              Arrays.stream(HealthStatus.values()).map(HealthStatus::wire),
              Arrays.stream(Outcome.values()).map(Outcome::wire))
          .flatMap(names -> names)
          .collect(Collectors.toCollection(TreeSet::new));

  private FilterFields() {}

  /**
   * The filter that these words make; an empty list does not restrict.
   *
   * @throws StreamError.Refused when one of them is not known
   */
  static EventFilter filter(
      List<String> events, List<String> connections, List<String> pools, List<String> statuses) {
    EnumSet<EventType> types = EnumSet.noneOf(EventType.class);
    for (int i = 0; i < events.size(); i++) {
      types.add(type("events/" + i, events.get(i)));
    }
    for (int i = 0; i < statuses.size(); i++) {
      if (!STATUSES.contains(statuses.get(i))) {
        throw refused(
            "unknown-status", "'%s' is no status".formatted(cut(statuses.get(i))), "status/" + i);
      }
    }
    return new EventFilter(
        types, names("connections", connections), names("pools", pools), Set.copyOf(statuses));
  }

  private static EventType type(String field, String name) {
    return EventType.of(name)
        .orElseThrow(() ->
            new StreamError.Refused(
                new StreamError(
                    "unknown-event",
                    "'%s' is no event; the events are %s"
                        .formatted(cut(name), String.join(", ", EventType.names())),
                    field,
                    EventType.names())));
  }

  private static StreamError.Refused refused(String code, String message, String field) {
    return new StreamError.Refused(
        new StreamError(
            code, message + "; it may be " + String.join(", ", STATUSES), field, STATUSES));
  }

  private static Set<String> names(String field, List<String> names) {
    if (names.size() > MOST) {
      throw new StreamError.Refused(
          new StreamError(
              "invalid-field", "%s may have %d entries".formatted(field, MOST), field, Set.of()));
    }
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).isEmpty() || names.get(i).length() > LONGEST) {
        throw new StreamError.Refused(
            new StreamError(
                "invalid-field",
                "an entry has 1 to %d characters".formatted(LONGEST),
                field + "/" + i,
                Set.of()));
      }
    }
    return Set.copyOf(names);
  }

  /** The id after which a stream is to begin. */
  static EventId after(String text) {
    return EventId.parse(text)
        .orElseThrow(() ->
            new StreamError.Refused(
                new StreamError(
                    "invalid-field",
                    "'%s' is no id of an event; take the 'id' of an event, or leave it out"
                        .formatted(cut(text)),
                    "after",
                    Set.of())));
  }

  /** What a client has sent is shown in part only. */
  static String cut(String text) {
    int most = 64;
    return text.length() <= most ? text : text.substring(0, most) + "…";
  }
}
