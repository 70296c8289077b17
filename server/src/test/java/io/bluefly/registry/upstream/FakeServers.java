package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Instances of servers that are only played, in a time that the test moves. */
public final class FakeServers implements Instance.Owner {
  /** A server that runs until the test ends it. */
  public final class Server implements MessageChannel {
    public final ChannelSession session = new ChannelSession(this, timer);
    boolean toldToEnd;

    @Override
    public boolean send(byte[] json) {
      return true;
    }

    @Override
    public void close() {
      toldToEnd = true;
    }

    /** It has ended, whether it was told to or not. */
    public void end() {
      session.closed(new UpstreamException(FailureReason.EXITED, "it crashed"), List.of());
    }
  }

  public final ManualClock clock = new ManualClock(Instant.parse("2026-11-22T10:00:00Z"));
  public final ManualTimer timer = new ManualTimer(clock);
  public final List<Server> started = new ArrayList<>();
  final List<String> told = new ArrayList<>();
  public boolean refuse;

  /** What goes wrong unexpectedly at each opening; null for nothing. */
  public @Nullable RuntimeException broken;

  public Consumer<Instance> onOpened = _ -> {};

  /** Runs what instances do besides; the test may put it off. */
  public Executor executor = Runnable::run;

  private final Instance.Parts parts =
      new Instance.Parts(
          new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60)),
          task -> executor.execute(task),
          timer,
          clock,
          Duration.ofMinutes(5));

  public Instance instance() {
    return new Instance(this::open, parts, this);
  }

  private UpstreamSession open() throws UpstreamException {
    if (refuse) {
      throw new UpstreamException(FailureReason.CONFIGURATION, "no such command");
    }
    if (broken != null) {
      throw broken;
    }
    Server server = new Server();
    server.session.introduce(KnownServer.of(Era.LEGACY, Transport.STDIO));
    started.add(server);
    return server.session;
  }

  /** Puts an instance without calls to sleep. */
  public void sleep(Instance instance) {
    instance.sleepIfIdle(Duration.ZERO);
  }

  /** A new instance whose server has been started. */
  public Instance opened() {
    Instance instance = instance();
    instance.start();
    return instance;
  }

  public Server latest() {
    return started.getLast();
  }

  public void advance(int seconds) throws Exception {
    timer.advance(Duration.ofSeconds(seconds));
  }

  @Override
  public void opened(Instance instance, UpstreamSession session, long millis) {
    told.add("opened");
    onOpened.accept(instance);
  }

  @Override
  public void down(Instance instance, UpstreamException why) {
    told.add("down");
  }

  @Override
  public void asleep(Instance instance) {
    told.add("asleep");
  }

  @Override
  public void crashLoop(Instance instance, UpstreamException why) {
    told.add("crash loop");
  }
}
