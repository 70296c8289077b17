package io.bluefly.registry.stream;

import io.bluefly.registry.events.EventHistory;
import io.bluefly.registry.events.EventId;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.events.EventSettings;
import io.bluefly.registry.events.LoggedEvent;
import io.bluefly.registry.events.PublicEvent;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives events their ids and brings them to all subscribers, turn by turn, on one thread: what has
 * come since the last turn is written once for each group of subscribers and handed to the event
 * loops. Everything in here belongs to that thread, but for {@link #execute}.
 */
final class Broadcaster {
  private static final Logger log = LoggerFactory.getLogger(Broadcaster.class);

  /** Bytes, about, that one who catches up gets in a turn at most. */
  private static final int PAGE = 256 * 1024;

  /** Bytes that all groups share for what waits to be read; each has at least so many. */
  private static final int ALL_BACKLOGS = 128 << 20;

  /** Bytes that may wait for a subscriber in any case. */
  static final int LEAST_BACKLOG = 64 * 1024;

  /** Messages, about, that are encoded before the event loops have to take them. */
  private static final int MESSAGES_AHEAD = 40_000;

  /** Subscribers that get a page in one turn. */
  private static final int PAGES = 64;

  private final EventInbox inbox;
  private final EventHistory history;
  private final InstantSource clock;
  private final InstantSource steady;
  private final long heartbeatMillis;
  private final Queue<Runnable> asked = new ConcurrentLinkedQueue<>();
  private final Map<EventLoop, Outlet> outlets = new HashMap<>();
  private final Map<Group.Key, Group> groups = new HashMap<>();
  private final Set<Subscriber> present = new HashSet<>();
  private final Set<Subscriber> catchingUp = new LinkedHashSet<>();
  private final int mostBacklog;
  private Instant nextHeartbeat;
  private boolean failed;

  /**
   * Has brought nothing yet.
   *
   * @param clock the wall clock
   * @param steady a clock that does not step
   */
  Broadcaster(EventInbox inbox, EventSettings settings, InstantSource clock, InstantSource steady) {
    this.inbox = inbox;
    this.clock = clock;
    this.steady = steady;
    this.history = new EventHistory(clock.instant(), settings.replay());
    this.mostBacklog = settings.maxBacklog();
    this.heartbeatMillis = settings.heartbeat().toMillis();
    this.nextHeartbeat = steady.instant().plusMillis(heartbeatMillis);
  }

  /** Has something done in the next turn; called by any thread. */
  void execute(Runnable task) {
    asked.add(task);
    inbox.wake();
  }

  /** Whether there is something to do, beside events. */
  boolean isBusy() {
    return !asked.isEmpty() || !catchingUp.isEmpty();
  }

  /** Does what there is to do. */
  void turn() throws InterruptedException {
    long lost = inbox.takeLost(); // Before the rest: these found no room behind what waits.
    deliver(inbox.drain());
    tellLost(lost);
    for (Runnable task = asked.poll(); task != null; task = asked.poll()) {
      task.run();
    }
    catchUp();
    beat();
    flush();
  }

  private void flush() throws InterruptedException {
    for (Outlet outlet : outlets.values()) {
      outlet.flush();
    }
  }

  /** A turn has failed: nobody knows what has come of its events. */
  void failed() {
    failed = true;
  }

  /** How long it is until subscribers have to get a sign of life; 0 and up. */
  long nanosToHeartbeat() {
    return Math.max(0, Duration.between(steady.instant(), nextHeartbeat).toNanos());
  }

  /** Members of a group share what waits for them, so the groups count. */
  private int maxBacklog() {
    int share = ALL_BACKLOGS / Math.max(1, groups.size());
    return Math.min(mostBacklog, Math.max(LEAST_BACKLOG, share));
  }

  /** Who does not get what it waits for must not wait: it is disconnected, and may come back. */
  private static void orClose(Subscriber subscriber, Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      Channel channel = subscriber.peer().channel();
      log.error("A subscriber of events at {} is disconnected", channel.remoteAddress(), e);
      channel.close();
    }
  }

  /** In parts, so that what many groups get is not encoded for all of them at once. */
  private void deliver(List<PublicEvent> events) throws InterruptedException {
    int part = Math.clamp(MESSAGES_AHEAD / Math.max(1, groups.size()), 20, 10_000);
    for (int from = 0; from < events.size(); from += part) {
      if (from > 0) {
        flush();
      }
      String before = history.last().toString();
      List<PublicEvent> next = events.subList(from, Math.min(events.size(), from + part));
      List<LoggedEvent> logged = new ArrayList<>(next.size());
      next.forEach(event -> logged.add(history.add(event)));
      groups.values().forEach(group -> group.deliver(logged, List.of(), before, maxBacklog()));
    }
  }

  private void tellLost(long many) {
    if (many == 0 && !failed) {
      return;
    }
    failed = false;
    if (many > 0) {
      log.warn("{} events were lost: more happened at once than could be handed on", many);
    }
    String before = history.last().toString();
    Gap gap = new Gap(before, history.lose(), Gap.Reason.OVERLOAD);
    List<Message> message = List.of(Messages.gap(gap, null, clock.instant()));
    groups.values().forEach(group -> group.deliver(List.of(), message, before, maxBacklog()));
  }

  private void catchUp() {
    List<Subscriber> ready = catchingUp.stream().filter(Subscriber::isReady).limit(PAGES).toList();
    for (Subscriber subscriber : ready) {
      catchingUp.remove(subscriber);
      orClose(subscriber, () -> catchUp(subscriber, subscriber.catchUp()));
    }
  }

  private void catchUp(Subscriber subscriber, @Nullable CatchUp way) {
    if (way == null) {
      return;
    }
    String before = history.id(way.at()).toString();
    List<Message> page = way.page(history, Math.min(PAGE, maxBacklog() / 2), clock.instant());
    if (!page.isEmpty()) {
      subscriber.send(page, before, maxBacklog());
    }
    if (!way.isComplete()) {
      catchingUp.add(subscriber); // Behind the others.
      return;
    }
    subscriber.catchUp(null);
    subscriber.subscriptions().put(way.begun().name(), way.begun());
    regroup(subscriber);
    while (subscriber.catchUp() == null && !subscriber.waiting().isEmpty()) {
      subscriber.waiting().removeFirst().run();
    }
  }

  private void beat() {
    Instant now = steady.instant();
    if (now.isBefore(nextHeartbeat)) {
      return;
    }
    nextHeartbeat = now.plusMillis(heartbeatMillis);
    endRevoked();
    EventId last = history.last();
    Message heartbeat = Messages.heartbeat(last, clock.instant());
    groups.values().forEach(group -> group.beat(heartbeat, last.toString(), maxBacklog()));
    for (Subscriber subscriber : catchingUp) {
      subscriber.beat(history.id(subscriber.position()).toString(), maxBacklog());
    }
  }

  /** Whose key has expired or was deleted hears nothing more. */
  private void endRevoked() {
    Instant now = clock.instant();
    for (Subscriber subscriber : present) {
      if (!subscriber.principal().isCurrent(now)) {
        subscriber.peer().channel().close();
      }
    }
  }

  /** Takes in somebody who does not want anything yet. */
  void join(Subscriber subscriber) {
    orClose(
        subscriber,
        () -> {
          EventLoop loop = subscriber.peer().channel().eventLoop();
          subscriber.outlet(outlets.computeIfAbsent(loop, Outlet::new));
          present.add(subscriber);
          regroup(subscriber);
        });
  }

  /** Has {@code task} done when the subscriber has caught up. */
  void inTurn(Subscriber subscriber, Runnable task) {
    if (subscriber.isGone()) {
      return;
    }
    if (subscriber.catchUp() == null) {
      orClose(subscriber, task);
    } else {
      subscriber.waiting().add(task);
    }
  }

  void subscribe(Subscriber subscriber, SubscribeRequest request) {
    if (subscriber.isGone()) {
      return;
    }
    EventId last = history.last();
    if (request.after() == null) {
      Subscription begun = new Subscription(request.name(), request.filter(), last.sequence());
      subscriber.subscriptions().put(begun.name(), begun);
      subscriber.send(
          List.of(
              Messages.subscribed(
                  begun.name(), begun.filter(), last, request.requestId(), clock.instant())),
          last.toString(),
          maxBacklog());
      regroup(subscriber);
    } else {
      List<Subscription> others = List.copyOf(subscriber.subscriptions().values());
      leaveGroup(subscriber);
      subscriber.catchUp(
          CatchUp.of(
              subscriber.principal().scope(),
              request,
              request.after(),
              others,
              history,
              clock.instant()));
      catchingUp.add(subscriber);
    }
  }

  void unsubscribe(Subscriber subscriber, List<String> names, @Nullable Object requestId) {
    names.forEach(subscriber.subscriptions()::remove);
    subscriber.send(
        List.of(Messages.unsubscribed(names, requestId, clock.instant())),
        history.last().toString(),
        maxBacklog());
    regroup(subscriber);
  }

  void leave(Subscriber subscriber) {
    subscriber.leave();
    present.remove(subscriber);
    catchingUp.remove(subscriber);
    leaveGroup(subscriber);
  }

  private void regroup(Subscriber subscriber) {
    leaveGroup(subscriber);
    if (!subscriber.isGone()) {
      Group group = groups.computeIfAbsent(subscriber.key(), Group::new);
      group.add(subscriber.outlet(), subscriber.peer());
      subscriber.group(group);
    }
  }

  private void leaveGroup(Subscriber subscriber) {
    Group group = subscriber.group();
    if (group != null) {
      subscriber.group(null);
      group.remove(subscriber.outlet(), subscriber.peer());
      if (group.isEmpty()) {
        groups.remove(group.key());
      }
    }
  }
}
