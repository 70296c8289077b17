package io.bluefly.registry.cli.registration;

import io.bluefly.registry.cli.http.CliException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time as a wait sees it. */
public interface Pace extends InstantSource {
  /** Lets {@code time} pass. */
  void pause(Duration time);

  /** The computer's. */
  static Pace system() {
    return new Pace() {
      @Override
      public Instant instant() {
        return InstantSource.system().instant();
      }

      @Override
      public void pause(Duration time) {
        try {
          Thread.sleep(time);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw CliException.refused("Interrupted while waiting");
        }
      }
    };
  }
}
