package io.bluefly.registry.drupal;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStore.StoreException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sync: finds out what is there on both sides, and brings it in step, several connections at
 * once. What goes wrong with one of them does not keep the others from being synced; what goes
 * wrong with the site ends the sync. Each step is kept as soon as it is made, so that another sync
 * can finish what this one could not.
 */
final class SyncRun {
  private static final Logger log = LoggerFactory.getLogger(SyncRun.class);

  /** Connections at once: Drupal answers slowly, and has other visitors. */
  static final int CONCURRENCY = 4;

  /** Of those that were in step, so many per cent may be gone without a question. */
  private static final int BELIEVED_PERCENT = 20;

  private static final int PERCENT = 100;

  private final SyncParts parts;
  private final SyncRequest request;
  private final Nodes nodes;
  private final Tally tally;
  private final Items items;
  private final Runnable progress;
  private final ThreadFactory threads = Thread.ofVirtual().name("drupal-sync-", 0).factory();

  /**
   * A sync that begins with {@link #run}.
   *
   * @param progress is told after each connection
   */
  SyncRun(SyncParts parts, Runnable progress) {
    this.parts = parts;
    this.request = parts.request();
    this.nodes = parts.nodes();
    this.tally = parts.tally();
    this.items = new Items(parts);
    this.progress = progress;
  }

  /**
   * Does it all; waits.
   *
   * @throws SiteException when it could not go on to its end
   */
  void run() throws SiteException {
    nodes.probe();
    Nodes.Inventory inventory = nodes.inventory();
    if (!inventory.hidden().isEmpty() || !inventory.complete()) {
      nodes.probe(); // Nodes are left out also where the key was withdrawn in between.
      tellOfHidden(inventory);
    }
    Plan plan =
        Plan.of(request.site(), parts.links().all(), inventory, parts.connections(), parts.names());
    List<Pair> pairs = lookedFor(plan.pairs(), inventory.complete());
    refuseManyDeletions(pairs);
    plan.lost().forEach(this::forget);
    List<Pair> alone = alone(plan.pairs(), inventory);
    List<Node> strays = request.mode().pulls() ? plan.strays() : List.of();
    tally.expect(pairs.size() + strays.size() + alone.size());
    each(pairs, items::sync);
    each(strays, items::take);
    each(alone, items::give);
  }

  /** Another registry has made the node its own; the connection gets another one. */
  private void forget(Link link) {
    tally.add(
        new Conflict(
            link.connectionId(),
            link.nodeId(),
            Node.REGISTRY,
            Conflict.Resolution.UNRESOLVED,
            "The node belongs to another registry now: it is left to that one"));
    parts.links().forget(link);
  }

  /**
   * The connections that have no node yet, each with what the list says of the one that it would
   * get.
   */
  private List<Pair> alone(Collection<Pair> pairs, Nodes.Inventory inventory) {
    Set<String> paired =
        pairs.stream().map(p -> p.link().connectionId()).collect(Collectors.toSet());
    return parts.connections().all().stream()
        .filter(c -> !c.isDisconnected() && !paired.contains(c.id()))
        .map(c -> alone(c, inventory))
        .filter(p -> request.mode().pushes() || !(p.there() instanceof Nodes.Found.Gone))
        .toList();
  }

  private Pair alone(Connection connection, Nodes.Inventory inventory) {
    String id = NodeId.of(parts.names().getFirst(), connection.id());
    Link link = Link.fresh(request.site(), id, connection.id());
    return new Pair(link, connection, inventory.found(id));
  }

  /** Some nodes are hidden since an editor has unpublished them: that is as it should be. */
  private void tellOfHidden(Nodes.Inventory inventory) {
    if (!inventory.complete() || inventory.nodes().isEmpty()) {
      tally.add(
          new SyncError(
              null,
              null,
              null,
              SyncError.Reason.INCOMPLETE,
              "The site hides nodes from the key, and not only some that an editor has unpublished:"
                  + " give its user the role 'MCP sync'; nothing was taken as deleted"));
    }
  }

  /** Of nodes that the list did not have, each is looked for by itself. */
  private List<Pair> lookedFor(List<Pair> pairs, boolean complete) throws SiteException {
    List<Pair> known = Collections.synchronizedList(new ArrayList<>());
    List<Pair> missing = new ArrayList<>();
    for (Pair pair : pairs) {
      (pair.there() instanceof Nodes.Found.Gone ? missing : known).add(pair);
    }
    AtomicBoolean gone = new AtomicBoolean();
    each(
        missing,
        pair -> {
          Pair now = pair.with(nodes.find(pair.link().nodeId()));
          if (now.there() instanceof Nodes.Found.Gone && !complete) {
            return;
          }
          if (now.isVanished()) {
            gone.set(true);
          }
          known.add(now);
        });
    if (gone.get()) {
      nodes.probe(); // The key may have been withdrawn in between: then nothing is believed.
    }
    return known;
  }

  private void refuseManyDeletions(List<Pair> pairs) throws SiteException {
    if (!request.mode().pulls()) {
      return;
    }
    List<Pair> inStep =
        pairs.stream()
            .filter(pair -> !pair.link().base().isEmpty() && !parts.isForeign(pair.there()))
            .toList();
    long vanished = inStep.stream().filter(Pair::isVanished).count();
    long alive = inStep.stream().filter(Pair::isAlive).count();
    if (vanished * PERCENT > alive * BELIEVED_PERCENT && vanished > request.acceptDeletions()) {
      throw new SiteException(
          SyncError.Reason.MANY_DELETIONS,
          "%d of %d connections are gone from Drupal. Are they really to be disconnected? If so, sync"
                  .formatted(vanished, alive)
              + " again with acceptDeletions "
              + vanished
              + "; if not, restore them there, or sync with syncMode push. Nothing was changed");
    }
  }

  /** What is done with one connection. */
  @FunctionalInterface
  private interface Step<T> {
    void run(T item) throws SiteException, ItemException;
  }

  private <T> void each(Collection<T> all, Step<T> step) throws SiteException {
    Queue<T> left = new ConcurrentLinkedQueue<>(all);
    AtomicReference<@Nullable SiteException> end = new AtomicReference<>();
    Phaser running = new Phaser(1);
    for (int i = 0; i < Math.min(CONCURRENCY, all.size()); i++) {
      running.register();
      threads
          .newThread(() -> {
            try {
              work(left, step, end);
            } finally {
              running.arriveAndDeregister();
            }
          })
          .start();
    }
    running.arriveAndAwaitAdvance();
    SiteException why = end.get();
    if (why != null) {
      throw why;
    }
    if (!left.isEmpty()) { // Whoever was to do it has died.
      throw new SiteException(
          SyncError.Reason.INTERRUPTED, "It failed in the middle; see the registry's log");
    }
  }

  private <T> void work(Queue<T> left, Step<T> step, AtomicReference<@Nullable SiteException> end) {
    for (T item = left.poll(); item != null && end.get() == null; item = left.poll()) {
      try {
        parts.registry().requireKey();
        step.run(item);
      } catch (ItemException e) {
        tally.add(items.error(item, e));
      } catch (SiteException e) {
        end.compareAndSet(null, e);
      } catch (StoreException e) {
        log.error("The store refused what a Drupal sync has to keep", e);
        end.compareAndSet(
            null,
            new SiteException(
                SyncError.Reason.NOT_STORED, "The database refused; see the registry's log"));
      } catch (RuntimeException | Error e) { // The others are to be synced all the same.
        log.error("A Drupal sync failed at one connection", e);
        tally.add(
            items.error(
                item,
                new ItemException(
                    SyncError.Reason.INVALID, null, "It failed; see the registry's log")));
      }
      progress.run();
    }
  }
}
