package io.bluefly.registry.upstream;

import io.bluefly.registry.events.Event;
import io.bluefly.registry.protocol.RpcMessage;
import java.time.Instant;
import java.util.List;

/** What happens to a connection's upstream. */
public sealed interface UpstreamEvent extends Event {
  /** A first or further instance answers; the handshake took {@code millis}. */
  record Opened(String connectionId, UpstreamSession session, long millis, Instant timestamp)
      implements UpstreamEvent {}

  /** No instance answers any more, or none could be opened. */
  record Down(String connectionId, FailureReason reason, String message, Instant timestamp)
      implements UpstreamEvent {}

  /** The server says that what it offers has changed. */
  record ListChanged(String connectionId, UpstreamSession session, Instant timestamp)
      implements UpstreamEvent {}

  /** The server has refused calls for want of credentials; not told each time. */
  record Refused(String connectionId, Instant timestamp) implements UpstreamEvent {}

  /** The connection is gone, its calls have ended, and so have its instances. */
  record Closed(String connectionId, Instant timestamp) implements UpstreamEvent {}

  /** The server sent a notification that belongs to no call. */
  record Notified(
      String connectionId, UpstreamSession session, RpcMessage message, Instant timestamp)
      implements UpstreamEvent {}

  /** Instances came or went, or can be used now or no more. */
  record InstancesChanged(String connectionId, Instant timestamp) implements UpstreamEvent {}

  /** The number of instances is being changed. */
  record Scaled(String connectionId, int from, int to, Instant timestamp)
      implements UpstreamEvent {}

  /**
   * An instance has ended because it was old, or one too many. What somebody wants to hear from it
   * is heard in {@code session} from now on.
   */
  record Retired(String connectionId, UpstreamSession session, Instant timestamp)
      implements UpstreamEvent {}

  /** An instance has ended because nobody called; the next call starts it. */
  record Asleep(String connectionId, Instant timestamp) implements UpstreamEvent {}

  /** An instance ends soon after each opening, and is tried at long pauses only. */
  record CrashLoop(String connectionId, FailureReason reason, String message, Instant timestamp)
      implements UpstreamEvent {}

  /** An instance that was in a crash loop has stayed open. */
  record CrashLoopOver(String connectionId, Instant timestamp) implements UpstreamEvent {}

  /** A child process was started, for all clients or for one. */
  record Started(String connectionId, long pid, Instant timestamp) implements UpstreamEvent {}

  /**
   * A child process is gone, whether it was told to end or not.
   *
   * @param how such as {@code exited with code 1} or {@code was ended by signal 9}
   * @param lastWords the last lines on its error stream, at most 5 of 500 characters, no secrets
   */
  record Exited(
      String connectionId, long pid, String how, List<String> lastWords, Instant timestamp)
      implements UpstreamEvent {
    /** Copies the lines. */
    public Exited {
      lastWords = List.copyOf(lastWords);
    }
  }
}
