package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.health.Standing;
import io.bluefly.registry.metrics.LoadAverage;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.metrics.Traffic;
import io.bluefly.registry.upstream.Instance;
import io.bluefly.registry.upstream.InstanceState.Failure;
import java.time.Duration;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** An instance of a connection, and what the balancer knows of it. */
final class Member {
  /** The load that is shown follows the calls in flight with this delay. */
  private static final long SMOOTHING_NANOS = Duration.ofSeconds(2).toNanos();

  /** How long a member that has come up is given less than its share. */
  static final long RAMP_NANOS = Duration.ofSeconds(10).toNanos();

  private static final double RAMP_FLOOR = 0.1;

  private final Instance instance;
  private final int number;
  private final long hash;
  private final Standing standing;
  private final ToIntFunction<Member> reported;
  private final Latencies latencies = new Latencies();
  private final LoadAverage smoothed;
  private final Traffic traffic;
  private volatile Connection connection;
  private volatile long upSince;

  /**
   * A member that has just come up.
   *
   * @param number which of its connection's instances it is, 1 and up
   * @param reported the share of this member in the calls that clients make directly
   * @param nanos a reading of the monotonic clock
   */
  Member(
      Connection connection,
      Instance instance,
      int number,
      Standing standing,
      ToIntFunction<Member> reported,
      long nanos) {
    this.connection = connection;
    this.instance = instance;
    this.number = number;
    this.hash = Sticky.hash(connection.id() + "#" + number);
    this.standing = standing;
    this.reported = reported;
    this.smoothed = new LoadAverage(nanos, SMOOTHING_NANOS);
    this.traffic = new Traffic(nanos);
    this.upSince = nanos - RAMP_NANOS;
  }

  Connection connection() {
    return connection;
  }

  void connection(Connection next) {
    connection = next;
  }

  boolean isOfSameConnection(Member other) {
    return connection.id().equals(other.connection.id());
  }

  Instance instance() {
    return instance;
  }

  int number() {
    return number;
  }

  /** The same for this instance of the connection, also after a restart. */
  long hash() {
    return hash;
  }

  Standing standing() {
    return standing;
  }

  Latencies latencies() {
    return latencies;
  }

  Traffic traffic() {
    return traffic;
  }

  /** Calls that it takes at once. */
  int capacity() {
    return connection.registration().capacity();
  }

  int weight() {
    return connection.registration().weight();
  }

  /** Calls in flight: those of the registry, and those that clients have reported. */
  int busy() {
    return instance.inFlight().count() + reported.applyAsInt(this);
  }

  /** Calls in flight over capacity, smoothed. */
  double load(long nanos) {
    return (smoothed.average(nanos) + reported.applyAsInt(this)) / capacity();
  }

  /** Whether it can be sent a call at all. */
  boolean isOpen() {
    return instance.session() != null && takesCalls();
  }

  /** Whether it is meant to be sent calls: neither idle, nor gone, nor draining. */
  boolean takesCalls() {
    ConnectionStatus status = connection.status();
    return (status == ConnectionStatus.ACTIVE || status == ConnectionStatus.ERROR)
        && !instance.inFlight().isDraining();
  }

  /** Whether it is in rotation: usable, and not ejected. */
  boolean isInRotation() {
    return connection.status() == ConnectionStatus.ACTIVE && !standing.isEjected();
  }

  boolean hasRoom() {
    return busy() < capacity();
  }

  /** Why it can't be sent a call, for people. */
  String whyClosed() {
    Failure failure = instance.failure();
    if (connection.status() == ConnectionStatus.IDLE) {
      return "connection " + connection.name() + " is idle and takes no calls";
    }
    return failure == null
        ? "the server is still starting"
        : "the server can't be used now: " + failure.message();
  }

  /** What was long ago says nothing any more. */
  void forget() {
    latencies.clear();
    traffic.clear();
  }

  /** It can be used from now on, or again: it is given little at first. */
  void cameUp(long nanos) {
    upSince = nanos;
  }

  /** The share of its usual load that it is given, 0.1..1. */
  double ramp(long nanos) {
    long age = nanos - upSince;
    return age >= RAMP_NANOS ? 1 : Math.max(RAMP_FLOOR, (double) age / RAMP_NANOS);
  }

  /** Begins a call; not when it has no room any more. */
  boolean tryBegin(long nanos) {
    int room = capacity() - reported.applyAsInt(this);
    if (!instance.inFlight().tryBegin(room)) {
      return false;
    }
    traffic.arrived(nanos);
    smoothed.set(nanos, instance.inFlight().count());
    return true;
  }

  /** A call was not sent after all. */
  void gaveBack(long nanos) {
    instance.inFlight().end();
    smoothed.set(nanos, instance.inFlight().count());
  }

  /**
   * A call has ended.
   *
   * @return why the instance should be ejected for it; null when it should not
   */
  @Nullable String ended(String tool, long began, long nanos, Outcome outcome) {
    gaveBack(nanos);
    long elapsed = nanos - began;
    switch (outcome) {
      case OK -> latencies.record(tool, nanos, elapsed);
      // An error is quick: it must not make its instance look like a good one.
      case ERROR_ANSWER, FAILED -> latencies.failed(tool, nanos, elapsed);
      case CANCELLED -> latencies.atLeast(tool, nanos, elapsed);
    }
    if (outcome == Outcome.CANCELLED) {
      return null;
    }
    traffic.ended(nanos, elapsed, outcome != Outcome.OK);
    if (outcome == Outcome.FAILED) {
      return standing.failed();
    }
    standing.answered();
    return null;
  }
}
