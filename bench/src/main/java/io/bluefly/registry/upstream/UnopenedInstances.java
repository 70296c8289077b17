package io.bluefly.registry.upstream;

import io.netty.util.HashedWheelTimer;
import java.time.Duration;
import java.time.InstantSource;

/** Makes instances that are never opened, and count calls like any other. */
public final class UnopenedInstances {
  private static final Instance.Owner NOBODY =
      new Instance.Owner() {
        @Override
        public void opened(Instance instance, UpstreamSession session, long millis) {}

        @Override
        public void down(Instance instance, UpstreamException why) {}

        @Override
        public void asleep(Instance instance) {}

        @Override
        public void crashLoop(Instance instance, UpstreamException why) {}
      };

  private UnopenedInstances() {}

  /** Another one. */
  public static Instance make() {
    Instance.Parts parts =
        new Instance.Parts(
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(1)),
            Runnable::run,
            new HashedWheelTimer(),
            InstantSource.system(),
            Duration.ofMinutes(1));
    return new Instance(
        () -> {
          throw new UpstreamException(FailureReason.CONFIGURATION, "it is never opened");
        },
        parts,
        NOBODY);
  }
}
