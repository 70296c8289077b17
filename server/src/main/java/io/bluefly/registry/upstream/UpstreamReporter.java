package io.bluefly.registry.upstream;

import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.protocol.RpcMessage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the bus and the log of one upstream's instances and processes; of ups and downs only as
 * long as it is the connection's upstream.
 */
final class UpstreamReporter implements Instance.Owner, InstanceList.Listener, ChildWatch {
  private static final Logger log = LoggerFactory.getLogger(UpstreamReporter.class);

  private final Upstream upstream;
  private final EventBus bus;
  private final InstantSource clock;
  private final BooleanSupplier current;

  /** What was logged last: the same trouble again is not news. */
  private volatile @Nullable String told;

  UpstreamReporter(Upstream upstream, EventBus bus, InstantSource clock, BooleanSupplier current) {
    this.upstream = upstream;
    this.bus = bus;
    this.clock = clock;
    this.current = current;
  }

  @Override
  public void opened(Instance instance, UpstreamSession session, long millis) {
    session.listen(new ListChanges(session));
    upstream.instanceOpened(instance);
    if (current.getAsBoolean()) {
      if (!instance.isInCrashLoop()) {
        told = null;
        log.info("{} is open: {}", upstream.label(), about(session.server()));
      }
      bus.publish(new UpstreamEvent.Opened(id(), session, millis, now()));
    }
  }

  @Override
  public void down(Instance instance, UpstreamException why) {
    upstream.noteOpen();
    if (current.getAsBoolean() && !upstream.isOpen() && !upstream.isAsleep()) {
      String message = why.getMessage();
      if (!message.equals(told) && !instance.isInCrashLoop()) {
        boolean isThere = why.reason() == FailureReason.NEEDS_AUTHENTICATION;
        String how = isThere ? "needs authentication" : "is down";
        log.warn("{} {}: {}; it is tried again by itself", upstream.label(), how, message);
      }
      told = message;
      bus.publish(new UpstreamEvent.Down(id(), why.reason(), message, now()));
    }
    changed();
  }

  @Override
  public void asleep(Instance instance) {
    upstream.noteOpen();
    bus.publish(new UpstreamEvent.Asleep(id(), now()));
    changed();
  }

  @Override
  public void crashLoop(Instance instance, UpstreamException why) {
    log.warn(
        "{} is in a crash loop: {}; it is tried at long pauses until it stays open",
        upstream.label(),
        why.getMessage());
    bus.publish(new UpstreamEvent.CrashLoop(id(), why.reason(), why.getMessage(), now()));
  }

  /** An instance has stayed open. */
  void crashLoopOver() {
    told = null;
    log.info("{} is out of its crash loop", upstream.label());
    bus.publish(new UpstreamEvent.CrashLoopOver(id(), now()));
  }

  @Override
  public void changed() {
    bus.publish(new UpstreamEvent.InstancesChanged(id(), now()));
  }

  @Override
  public void scaled(int from, int to) {
    bus.publish(new UpstreamEvent.Scaled(id(), from, to, now()));
  }

  @Override
  public void retired() {
    upstream.session().ifPresent(open -> bus.publish(new UpstreamEvent.Retired(id(), open, now())));
  }

  @Override
  public void started(long pid) {
    bus.publish(new UpstreamEvent.Started(id(), pid, now()));
  }

  @Override
  public void exited(long pid, String how, List<String> lastWords) {
    bus.publish(new UpstreamEvent.Exited(id(), pid, how, lastWords, now()));
  }

  private String id() {
    return upstream.connectionId();
  }

  private Instant now() {
    return clock.instant();
  }

  private static String about(ServerInfo server) {
    return server.name()
        + " "
        + server.version()
        + ", MCP "
        + server.protocolVersion()
        + " by "
        + server.transport().wire();
  }

  private final class ListChanges implements UpstreamSession.Listener {
    private final UpstreamSession session;

    ListChanges(UpstreamSession session) {
      this.session = session;
    }

    @Override
    public void notification(RpcMessage message) {
      if (message.method().endsWith("/list_changed") && current.getAsBoolean()) {
        bus.publish(new UpstreamEvent.ListChanged(id(), session, now()));
      }
      bus.publish(new UpstreamEvent.Notified(id(), session, message, now()));
    }

    @Override
    public boolean request(RpcMessage message) {
      return false;
    }

    @Override
    public void refused() {
      if (current.getAsBoolean()) {
        bus.publish(new UpstreamEvent.Refused(id(), now()));
      }
    }
  }
}
