package io.bluefly.registry.balancing;

import io.bluefly.registry.upstream.UpstreamSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call on its way to an instance, and again to another one when it has to be repeated. Its owner
 * is told what came of it: at once, or on another thread when it had to wait.
 */
public final class Search implements Call, Availability {
  /** Times that a call may be sent. */
  private static final int MAX_ATTEMPTS = 3;

  /** Times that somebody else may take the last place just before. */
  private static final int MAX_RACES = 16;

  /** Hears what came of a search: exactly one of the two, once for each time it was begun. */
  public interface Owner {
    /** A lease, which has to be ended. */
    void found(Lease lease);

    /** Nobody takes the call. */
    void refused(Refusal refusal);
  }

  /** What a look at the members came to. */
  enum Verdict {
    FOUND,
    AT_CAPACITY,
    NOT_OPEN,
    HOPELESS
  }

  private final Balancer balancer;
  private final Pool pool;
  private final List<String> ids;
  private final String tool;
  private final Function<PoolSettings, @Nullable String> key;
  private final Set<String> bound;
  private final Owner owner;
  private List<Member> tried = List.of();
  private int attempts;
  private long since;
  private volatile long nanos;
  private Verdict verdict = Verdict.HOPELESS;
  private @Nullable Lease lease;
  private Stage stage = Stage.IN_ROTATION;
  private volatile boolean over;
  private boolean keyKnown;
  private long keyHash;

  Search(
      Balancer balancer,
      Pool pool,
      List<String> ids,
      String tool,
      Function<PoolSettings, @Nullable String> key,
      Set<String> bound,
      Owner owner) {
    this.balancer = balancer;
    this.pool = pool;
    this.ids = ids;
    this.tool = tool;
    this.key = key;
    this.bound = bound;
    this.owner = owner;
  }

  @Override
  public String tool() {
    return tool;
  }

  @Override
  public long stickyKey() {
    if (!keyKnown) {
      String text = key.apply(pool.settings());
      keyHash = text == null ? 0 : Sticky.hash(text);
      keyKnown = true;
    }
    return keyHash;
  }

  @Override
  public long nanos() {
    return nanos;
  }

  /** The pool's settings. */
  public PoolSettings settings() {
    return pool.settings();
  }

  /** Looks for an instance, and waits for one if it has to. */
  public void begin() {
    long now = balancer.nanos();
    pool.arrivals().arrived(now);
    pool.retries().deposit();
    go(now);
  }

  private void go(long now) {
    since = now;
    attempts++;
    verdict = pool.queue().size() == 0 ? look(now) : Verdict.AT_CAPACITY;
    if (verdict == Verdict.FOUND || verdict == Verdict.HOPELESS) {
      tell();
    } else if (pool.queue().add(this)) {
      pool.queue().serve(now); // A place may have become free in between.
    } else if (look(now) == Verdict.FOUND) {
      tell(); // Those who wait do so for others.
    } else {
      tellLate();
    }
  }

  /**
   * Looks for another instance than those that had the call before, if there is one; for calls that
   * may be repeated.
   *
   * @param failed where it failed
   * @return false when it has been sent often enough, or the pool's budget for retries is spent
   */
  public boolean again(Lease failed) {
    long now = balancer.nanos();
    if (over || attempts >= MAX_ATTEMPTS || !pool.retries().tryWithdraw(now)) {
      return false;
    }
    exclude(failed);
    go(now);
    return true;
  }

  private void exclude(Lease failed) {
    List<Member> all = new ArrayList<>(tried);
    all.add(failed.member());
    tried = List.copyOf(all);
  }

  /**
   * A second instance for a call that another one is busy with, if one has room now and the pool's
   * budget for retries allows it; null without.
   */
  public @Nullable Lease hedge(Lease first) {
    long now = balancer.nanos();
    exclude(first);
    Lease second = take(Stage.IN_ROTATION, now);
    if (second == null || pool.retries().tryWithdraw(now)) {
      return second;
    }
    second.giveBack();
    return null;
  }

  /** Does not look any more: the client has left. */
  public void giveUp() {
    over = true;
    pool.queue().remove(this);
  }

  Member[] candidates() {
    return balancer.candidates(pool, tool, ids);
  }

  /** Whether it does not take all its candidates alike. */
  boolean isChoosy() {
    return !tried.isEmpty();
  }

  /** Takes a place if there is one. */
  Verdict look(long now) {
    nanos = now;
    lease = null;
    if (over) {
      return Verdict.HOPELESS;
    }
    Member[] members = candidates();
    if (!bound.isEmpty()) {
      lease = take(Stage.BOUND, now);
    }
    if (lease == null) {
      lease = take(Stage.IN_ROTATION, now);
    }
    boolean full = lease == null && any(members, Stage.IN_ROTATION_OR_FULL);
    if (lease == null && !full) {
      // Nobody is in rotation: whoever is open is better than none.
      lease = take(Stage.OPEN, now);
      full = lease == null && any(members, Stage.OPEN_OR_FULL);
    }
    if (lease == null && !full && !tried.isEmpty()) {
      lease = take(Stage.TRIED, now);
      full = lease == null && any(members, Stage.TRIED_OR_FULL);
    }
    if (full) {
      wakeOne(members);
    }
    verdict = lease != null ? Verdict.FOUND : full ? Verdict.AT_CAPACITY : closed(members);
    return verdict;
  }

  private static Verdict closed(Member[] members) {
    boolean mayOpen = wakeOne(members);
    for (Member member : members) {
      mayOpen |= member.takesCalls() && member.instance().mayOpenSoon();
    }
    return mayOpen ? Verdict.NOT_OPEN : Verdict.HOPELESS;
  }

  /** Wakes an instance that sleeps; whether there was one. */
  private static boolean wakeOne(Member[] members) {
    for (Member member : members) {
      if (member.takesCalls() && member.instance().isAsleep()) {
        member.instance().wake();
        return true;
      }
    }
    return false;
  }

  /**
   * Whom to consider.
   *
   * @param inRotation only members in rotation
   * @param untried only members that have not had this call
   * @param withRoom only members with room
   * @param onlyBound only members of connections that the client is bound to
   */
  private record Stage(boolean inRotation, boolean untried, boolean withRoom, boolean onlyBound) {
    static final Stage BOUND = new Stage(true, true, true, true);
    static final Stage IN_ROTATION = new Stage(true, true, true, false);
    static final Stage IN_ROTATION_OR_FULL = new Stage(true, true, false, false);
    static final Stage OPEN = new Stage(false, true, true, false);
    static final Stage OPEN_OR_FULL = new Stage(false, true, false, false);
    static final Stage TRIED = new Stage(false, false, true, false);
    static final Stage TRIED_OR_FULL = new Stage(false, false, false, false);
  }

  @Override
  public boolean isAvailable(Member member) {
    return fits(member, stage);
  }

  private boolean fits(Member member, Stage by) {
    return member.isOpen()
        && (!by.inRotation || member.isInRotation())
        && (!by.withRoom || member.hasRoom())
        && (!by.untried || !tried.contains(member))
        && (!by.onlyBound || bound.contains(member.connection().id()));
  }

  private boolean any(Member[] members, Stage by) {
    for (Member member : members) {
      if (fits(member, by)) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Lease take(Stage from, long now) {
    Member[] members = candidates();
    stage = from;
    for (int race = 0; race < MAX_RACES; race++) {
      Member member = pool.strategy().pick(members, this, this);
      if (member == null) {
        return null;
      }
      if (!member.tryBegin(now)) {
        continue;
      }
      UpstreamSession session = member.instance().session(); // It stays while a call goes on.
      if (session != null) {
        return new Lease(balancer, pool, member, session, tool, now);
      }
      member.gaveBack(now);
    }
    return null;
  }

  boolean isLate(long now) {
    Patience patience = balancer.patience();
    long most = (verdict == Verdict.AT_CAPACITY ? patience.forRoom() : patience.toOpen()).toNanos();
    return now - since >= most;
  }

  /** Tells the owner what was found. */
  void tell() {
    Lease taken = lease;
    if (taken == null) {
      owner.refused(refusal());
    } else if (over) {
      taken.giveBack();
    } else {
      found(taken);
    }
  }

  private void found(Lease taken) {
    try {
      owner.found(taken);
    } catch (RuntimeException e) {
      taken.giveBack();
      throw e;
    }
  }

  /** Tells the owner that it does not wait any longer. */
  void tellLate() {
    owner.refused(refusal());
  }

  private Refusal refusal() {
    return verdict == Verdict.AT_CAPACITY ? balancer.full(pool) : closed();
  }

  private Refusal closed() {
    Member[] members = candidates();
    String why =
        members.length == 0
            ? "no server can take the request now"
            : Objects.requireNonNull(members[0]).whyClosed();
    return new Refusal(false, why, 1);
  }
}
