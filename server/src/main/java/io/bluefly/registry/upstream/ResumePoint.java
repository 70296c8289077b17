package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.SseReader;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a legacy server's stream of events broke off, and when it may be taken up again. Survives
 * the exchanges that carry the stream.
 *
 * @see <a
 *     href="https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery">resumability</a>
 */
final class ResumePoint {
  /** The pause of a server that named none. */
  static final Duration DEFAULT_PAUSE = Duration.ofSeconds(1);

  /** A server may not have itself asked without end, nor put off for ever. */
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  private volatile SseReader.Position position = SseReader.Position.START;

  /** Remembers how far the stream has come; what a later exchange does not say stays as it was. */
  void passed(SseReader.Position next) {
    SseReader.Position before = position;
    position =
        new SseReader.Position(
            next.lastEventId() == null ? before.lastEventId() : next.lastEventId(),
            next.retry() == null ? before.retry() : next.retry());
  }

  /** Whether the stream can be taken up again. */
  boolean isKnown() {
    return position.lastEventId() != null;
  }

  /** The server does not know this point: the stream begins anew. */
  void forget() {
    position = new SseReader.Position(null, position.retry());
  }

  /** Whether the server said how long to wait. */
  boolean hasRetry() {
    return position.retry() != null;
  }

  /** How long to wait before the stream is asked for again. */
  Duration pause() {
    Duration retry = position.retry();
    if (retry == null) {
      return DEFAULT_PAUSE;
    }
    if (retry.compareTo(SHORTEST_PAUSE) < 0) {
      return SHORTEST_PAUSE;
    }
    return retry.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : retry;
  }

  /** Has a request ask for what came after this point. */
  void addTo(Map<String, String> headers) {
    @Nullable String id = position.lastEventId();
    if (id != null) {
      headers.put("last-event-id", id);
    }
  }
}
