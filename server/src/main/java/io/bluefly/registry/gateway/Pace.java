package io.bluefly.registry.gateway;

import io.bluefly.registry.security.LimitSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;

/**
 * Whether a client's connection goes on. Time is counted in ticks of its event loop, of which
 * {@link ClientWatch} is the clock: no request takes the time, and nothing is set for it. Lives on
 * that event loop.
 */
final class Pace {
  /** What has to become of a connection. */
  enum Verdict {
    GOES_ON,
    /** Nothing is going on; the client is not told. */
    CLOSE,
    /** A request has begun that does not end; the client waits for its answer next. */
    TOO_SLOW
  }

  /** What comes next from the client. */
  private enum Reading {
    FIRST_BYTE,
    ANY,
    HEAD,
    BODY
  }

  /**
   * The time-outs, in ticks.
   *
   * @param slowest bytes that a body's part of {@code body} ticks has at least
   */
  record Ticks(int head, int body, int idle, int unread, long slowest) {
    static Ticks of(LimitSettings settings, Duration tick) {
      return new Ticks(
          ticks(settings.headerTimeout(), tick),
          ticks(settings.bodyTimeout(), tick),
          ticks(settings.idleTimeout(), tick),
          ticks(settings.unreadTimeout(), tick),
          LimitSettings.SLOWEST_BODY * settings.bodyTimeout().toMillis() / 1_000);
    }

    /** The first tick may come at once. */
    private static int ticks(Duration timeout, Duration tick) {
      return Math.toIntExact(1 + (timeout.toNanos() - 1) / tick.toNanos() + 1);
    }
  }

  private final ClientWatch watch;
  private final Ticks limits;
  private Reading reading = Reading.FIRST_BYTE;
  private int readSince;
  private long bytes;

  /** Requests that have no complete answer yet. */
  private int open;

  private int idleSince;
  private int unread;
  private int unreadSince;
  private long unreadProgress;

  Pace(ClientWatch watch, Ticks limits) {
    this.watch = watch;
    this.limits = limits;
    this.readSince = watch.now();
  }

  /** A whole request has come at once. */
  void request() {
    reading = Reading.ANY;
    open++;
  }

  /** The head of a request has come. */
  void head() {
    open++;
    body();
  }

  private void body() {
    reading = Reading.BODY;
    readSince = watch.now();
    bytes = 0;
  }

  /** The last of a request has come. */
  void end() {
    reading = Reading.ANY;
  }

  /** More has come of a request. */
  void more(int count) {
    bytes += count;
    if (reading == Reading.ANY || reading == Reading.FIRST_BYTE) {
      reading = Reading.HEAD;
      readSince = watch.now();
    }
  }

  /** An answer is complete. */
  void answered() {
    open--;
    idleSince = watch.now();
  }

  /** What has to become of the connection, at the present tick. */
  Verdict verdict(Channel channel) {
    if (isUnread(channel.unsafe().outboundBuffer())) {
      return Verdict.CLOSE;
    }
    int now = watch.now();
    if (!channel.config().isAutoRead()) {
      readSince = now; // It is the registry that does not read.
    }
    return switch (reading) {
      case FIRST_BYTE -> now - readSince >= limits.head ? Verdict.CLOSE : Verdict.GOES_ON;
      case HEAD -> now - readSince >= limits.head ? tooSlow(0) : Verdict.GOES_ON;
      case BODY -> ofBody(now);
      case ANY -> open == 0 && now - idleSince >= limits.idle ? Verdict.CLOSE : Verdict.GOES_ON;
    };
  }

  private Verdict ofBody(int now) {
    if (now - readSince < limits.body) {
      return Verdict.GOES_ON;
    }
    boolean slow = bytes < limits.slowest;
    body();
    return slow ? tooSlow(1) : Verdict.GOES_ON;
  }

  /**
   * With others open, or if it was answered before its end, nobody would know whose answer it is.
   */
  private Verdict tooSlow(int itself) {
    return open == itself ? Verdict.TOO_SLOW : Verdict.CLOSE;
  }

  /** Whether the client has taken nothing of what is written for too long. */
  private boolean isUnread(ChannelOutboundBuffer out) {
    Object first = out == null ? null : out.current();
    int next = System.identityHashCode(first);
    long progress = first == null ? 0 : out.currentProgress();
    if (first == null || next != unread || progress != unreadProgress) {
      unread = next;
      unreadProgress = progress;
      unreadSince = watch.now();
    }
    return watch.now() - unreadSince >= limits.unread;
  }
}
