package io.bluefly.registry.balancing;

import io.bluefly.registry.balancing.Search.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of one pool that wait for an instance, in the order of their arrival. Whoever can be
 * served is, even if somebody before has to wait on for other instances. Nobody is told of anything
 * while the lock is held.
 */
final class WaitQueue {
  private static final Logger log = LoggerFactory.getLogger(WaitQueue.class);

  private final int most;
  private final Deque<Search> waiting = new ArrayDeque<>();
  private volatile int size;

  /** At most {@code most} calls wait. */
  WaitQueue(int most) {
    this.most = most;
  }

  int size() {
    return size;
  }

  /** Has a call wait; not when too many do. */
  boolean add(Search search) {
    synchronized (this) {
      if (size >= most) {
        return false;
      }
      waiting.addLast(search);
      size = waiting.size();
    }
    return true;
  }

  /** A call does not wait any more. */
  synchronized void remove(Search search) {
    if (waiting.remove(search)) {
      size = waiting.size();
    }
  }

  /** Something has changed: whoever can be served now, or never, leaves. */
  void serve(long nanos) {
    if (size > 0) {
      pass(nanos).forEach(search -> told(search, search::tell));
    }
  }

  /** One that can't be told keeps the others from nothing. */
  private static void told(Search search, Runnable telling) {
    try {
      telling.run();
    } catch (RuntimeException e) {
      log.error("A call for '{}' that waited could not go on", search.tool(), e);
    }
  }

  @SuppressWarnings("ReferenceEquality") // the same list of candidates is the same array
  private synchronized List<Search> pass(long nanos) {
    List<Search> done = new ArrayList<>();
    Member[] full = null;
    for (Iterator<Search> each = waiting.iterator(); each.hasNext(); ) {
      Search search = each.next();
      Member[] candidates = search.candidates();
      if (candidates == full) {
        continue; // Just seen: there is no room for these.
      }
      Verdict verdict = search.look(nanos);
      if (verdict == Verdict.FOUND || verdict == Verdict.HOPELESS) {
        each.remove();
        done.add(search);
      } else if (verdict == Verdict.AT_CAPACITY && !search.isChoosy()) {
        full = candidates;
      }
    }
    size = waiting.size();
    return done;
  }

  /** Whoever has waited for too long leaves. */
  void expire(long nanos) {
    if (size == 0) {
      return;
    }
    List<Search> late = new ArrayList<>();
    synchronized (this) {
      for (Iterator<Search> each = waiting.iterator(); each.hasNext(); ) {
        Search search = each.next();
        if (search.isLate(nanos)) {
          each.remove();
          late.add(search);
        }
      }
      size = waiting.size();
    }
    late.forEach(search -> told(search, search::tellLate));
  }
}
