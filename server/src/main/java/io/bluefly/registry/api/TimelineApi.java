package io.bluefly.registry.api;

import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.timeline.Entry;
import io.bluefly.registry.timeline.Timeline;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What has happened to connections. */
final class TimelineApi {
  private final Connections connections;
  private final Timeline timeline;

  TimelineApi(Connections connections, Timeline timeline) {
    this.connections = connections;
    this.timeline = timeline;
  }

  /** A connection's entries, the newest first. */
  record Shown(String connectionId, List<ShownEntry> entries) {}

  /** Something that happened; {@code times} and {@code lastAt} only where it was repeated. */
  record ShownEntry(
      Instant at,
      String type,
      String message,
      @Nullable Map<String, Object> details,
      @Nullable Integer times,
      @Nullable Instant lastAt) {}

  Reply get(Request request) {
    String id = Visible.to(request, connections).get(request.text("connectionId")).id();
    List<Entry> entries = timeline.of(id, request.number("limit"));
    return Reply.ok(new Shown(id, entries.stream().map(TimelineApi::shown).toList()));
  }

  private static ShownEntry shown(Entry entry) {
    Map<String, Object> details = entry.story().details();
    boolean repeated = entry.times() > 1;
    return new ShownEntry(
        entry.at(),
        entry.story().type(),
        entry.story().message(),
        details.isEmpty() ? null : details,
        repeated ? entry.times() : null,
        repeated ? entry.lastAt() : null);
  }
}
