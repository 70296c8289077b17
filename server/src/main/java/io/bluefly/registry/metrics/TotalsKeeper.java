package io.bluefly.registry.metrics;

import io.bluefly.registry.metrics.CallMetrics.Unsaved;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps totals over a restart: reads them once, then writes those that have changed, again and
 * again. Runs on threads that may wait; calls never do. What is in flight and the windows of the
 * last minutes begin anew with each start.
 */
public final class TotalsKeeper {
  private static final Logger log = LoggerFactory.getLogger(TotalsKeeper.class);

  /** Rows of one transaction: other writers wait no longer than for these. */
  private static final int ROWS = 500;

  /** Rows of a transaction that are refused by themselves before the store is taken to be down. */
  private static final int MOST_REFUSED = 5;

  private final CallMetrics metrics;
  private final MetricsStore store;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<String> forgotten = new ConcurrentLinkedQueue<>();
  private boolean loaded;
  private boolean failing;
  private int told;
  private long savedRegistry;

  /** Keeps what {@code metrics} counts in {@code store}. */
  public TotalsKeeper(CallMetrics metrics, MetricsStore store) {
    this.metrics = metrics;
    this.store = store;
  }

  /**
   * Adds what was stored to what has been counted meanwhile. Until it has come to its end nothing
   * is written; where it fails, {@link #save} tries it again.
   */
  public void load() {
    lock.lock();
    try {
      if (loaded) {
        return;
      }
      List<StoredTotals> stored = new ArrayList<>();
      store.loadTotals(stored::add); // All or nothing: what has been added can't be taken back.
      stored.forEach(this::add);
      loaded = true;
    } catch (RuntimeException e) {
      if (!failing) {
        log.warn("The totals of calls can't be read, it is tried again: {}", e.getMessage());
      }
      failing = true;
    } finally {
      lock.unlock();
    }
  }

  private void add(StoredTotals stored) {
    metrics.add(stored);
    if (stored.connectionId().equals(StoredTotals.ALL)) {
      savedRegistry = stored.calls().requests();
    }
  }

  /** A connection is gone for good: its totals go with the next {@link #save}. */
  public void forget(String connectionId) {
    metrics.forget(connectionId);
    forgotten.add(connectionId);
  }

  /** Writes what has changed; does nothing while another thread does. */
  public void save() {
    if (!lock.tryLock()) {
      return;
    }
    try {
      if (!loaded) {
        load();
      }
      if (loaded) {
        write();
        if (failing) {
          log.info("The totals of calls are stored again");
        }
        failing = false;
      }
    } catch (RuntimeException e) {
      if (!failing) {
        log.warn("The totals of calls can't be stored, it is tried again: {}", e.getMessage());
      }
      failing = true;
    } finally {
      lock.unlock();
    }
  }

  private void write() {
    delete();
    List<Unsaved> unsaved = metrics.unsaved();
    for (int from = 0; from < unsaved.size(); from += ROWS) {
      save(unsaved.subList(from, Math.min(unsaved.size(), from + ROWS)));
    }
    CallTotals registry = metrics.registry().calls();
    if (registry.requests() != savedRegistry) {
      store.saveTotals(
          List.of(
              new StoredTotals(
                  StoredTotals.ALL, StoredTotals.ALL, registry, metrics.registryLatencies())));
      savedRegistry = registry.requests();
    }
  }

  private void delete() {
    List<String> ids = forgotten.stream().limit(ROWS).toList();
    if (!ids.isEmpty()) {
      ids.forEach(metrics::forget); // They may have been read since.
      store.deleteTotals(ids);
      ids.forEach(_ -> forgotten.remove());
    }
  }

  private void save(List<Unsaved> unsaved) {
    List<StoredTotals> rows =
        unsaved.stream()
            .map(each ->
                new StoredTotals(
                    each.connectionId(),
                    each.capability(),
                    each.totals().now(),
                    each.totals().latencies()))
            .toList();
    try {
      store.saveTotals(rows);
    } catch (RuntimeException e) {
      if (rows.size() == 1) {
        throw e;
      }
      saveEach(unsaved, e);
      return;
    }
    for (int i = 0; i < rows.size(); i++) {
      unsaved.get(i).totals().saved(rows.get(i).calls().requests());
    }
  }

  /** One row that the store refuses keeps none of the others from being stored. */
  private void saveEach(List<Unsaved> unsaved, RuntimeException why) {
    int refused = 0;
    for (Unsaved each : unsaved) {
      try {
        save(List.of(each));
      } catch (RuntimeException e) {
        refused++;
        if (refused > MOST_REFUSED) {
          throw why; // It is not the rows.
        }
      }
    }
    if (refused > told) {
      log.warn("{} totals of calls can't be stored: {}", refused, why.getMessage());
      told = refused;
    }
  }
}
