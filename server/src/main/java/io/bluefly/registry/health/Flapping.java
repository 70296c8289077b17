package io.bluefly.registry.health;

import java.time.Duration;
import java.time.Instant;

/**
 * Whether a connection leaves health again and again. Each time counts one, and half as much after
 * each half-life; it flaps from a limit on until its count is half of that.
 *
 * @param count what is left of the times that it left health, at {@code at}
 * @param now whether it flaps
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2439">RFC 2439, BGP Route Flap Damping</a>
 */
public record Flapping(double count, Instant at, boolean now) {
  /** It has not left health yet. */
  public static final Flapping NONE = new Flapping(0, Instant.EPOCH, false);

  /** It has left health once more. */
  Flapping once(Limits limits, Instant time) {
    return with(decayed(limits, time) + 1, limits, time);
  }

  /** Time has passed. */
  Flapping at(Limits limits, Instant time) {
    return count == 0 ? this : with(decayed(limits, time), limits, time);
  }

  private double decayed(Limits limits, Instant time) {
    double halfLives =
        (double) Duration.between(at, time).toMillis() / limits.flapHalfLife().toMillis();
    return count * Math.pow(2, -Math.max(0, halfLives));
  }

  private Flapping with(double next, Limits limits, Instant time) {
    // A little of each decays before the last one comes.
    double limit = now ? limits.flapsAfter() / 2.0 : limits.flapsAfter() - 0.5;
    return new Flapping(next, time, limits.flapsAfter() > 0 && next > limit);
  }
}
