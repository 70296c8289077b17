package io.bluefly.registry.stream;

import io.bluefly.registry.events.EventHistory;
import io.bluefly.registry.events.EventId;
import io.bluefly.registry.events.EventType;
import io.bluefly.registry.events.LoggedEvent;
import io.bluefly.registry.security.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * The way of a subscriber from the id after which a subscription begins to the present, page by
 * page, as fast as it reads. What its other subscriptions have brought already is not sent again.
 */
final class CatchUp {
  private final Scope scope;
  private final Subscription begun;
  private final List<Subscription> others;

  /** Up to here the others have brought what they cover. */
  private final long brought;

  private final Set<EventType> types = EnumSet.noneOf(EventType.class);
  private final List<Message> first = new ArrayList<>();
  private long at;

  /** Up to here the client knows of gaps. */
  private long told;

  /** The last event that is missing, and the one after which that was found. */
  private long missing;

  private long missingFrom;

  private boolean complete;

  private CatchUp(Scope scope, Subscription begun, List<Subscription> others, long present) {
    this.scope = scope;
    this.begun = begun;
    this.others = List.copyOf(others);
    this.brought = present;
    this.at = begun.from();
    this.told = begun.from();
    types.addAll(begun.filter().wantedTypes());
    others.forEach(other -> types.addAll(other.filter().wantedTypes()));
  }

  /**
   * A subscription to what came after {@code after}, and the way to the present.
   *
   * @param scope what the subscriber may see
   * @param others the subscriptions that the subscriber has already
   */
  static CatchUp of(
      Scope scope,
      SubscribeRequest request,
      EventId after,
      List<Subscription> others,
      EventHistory history,
      Instant now) {
    boolean foreign = history.isOfAnotherRun(after);
    boolean unknown = !foreign && !history.isOwn(after);
    long present = history.last().sequence();
    long from = foreign ? 0 : unknown ? present : after.sequence();
    CatchUp way =
        new CatchUp(
            scope, new Subscription(request.name(), request.filter(), from), others, present);
    way.first.add(
        Messages.subscribed(
            request.name(),
            request.filter(),
            foreign || unknown ? history.id(from) : after,
            request.requestId(),
            now));
    if (foreign || unknown) {
      way.told = Math.max(from, history.lastMissing(request.filter().wantedTypes()));
      Gap.Reason why = foreign ? Gap.Reason.RESTART : Gap.Reason.UNKNOWN;
      Gap gap = new Gap(after.toString(), history.id(way.told), why);
      way.first.add(Messages.gap(gap, request.name(), now));
    }
    return way;
  }

  Subscription begun() {
    return begun;
  }

  /** Whether the present is reached. */
  boolean isComplete() {
    return complete;
  }

  /** The number of the last event that was looked at. */
  long at() {
    return at;
  }

  /**
   * What comes next, about {@code maxBytes} at most: the events in their order, and a gap behind
   * those that came before what is missing.
   */
  List<Message> page(EventHistory history, int maxBytes, Instant now) {
    look(history);
    List<Message> page = new ArrayList<>(first);
    first.clear();
    Iterator<LoggedEvent> events = history.after(at, types);
    int bytes = 0;
    while (bytes < maxBytes && events.hasNext()) {
      LoggedEvent event = events.next();
      at = event.id().sequence();
      if (at > missing) {
        tellGap(page, history, now);
      }
      if (isWanted(event)) {
        page.add(Messages.event(event));
        bytes += event.json().length;
      }
    }
    complete = !events.hasNext();
    if (complete) {
      tellGap(page, history, now);
    }
    return page;
  }

  /** Looks for what is missing since the client was told of a gap. */
  private void look(EventHistory history) {
    long found = missing(history);
    if (found > Math.max(at, told)) {
      missingFrom = missing > told ? missingFrom : Math.max(at, told);
      missing = found;
    }
  }

  private void tellGap(List<Message> page, EventHistory history, Instant now) {
    if (missing > told) {
      Gap.Reason why = history.isLost(missing) ? Gap.Reason.OVERLOAD : Gap.Reason.OVERWRITTEN;
      String after = history.id(missingFrom).toString();
      page.add(Messages.gap(new Gap(after, history.id(missing), why), begun.name(), now));
      told = missing;
    }
  }

  /** What is missing of the others concerns those events only that they have not brought. */
  private long missing(EventHistory history) {
    long ofAll = history.lastMissing(types);
    return ofAll > brought ? ofAll : history.lastMissing(begun.filter().wantedTypes());
  }

  private boolean isWanted(LoggedEvent event) {
    if (!scope.covers(event.event().connectionId(), event.event().pool())) {
      return false;
    }
    boolean byOthers = others.stream().anyMatch(other -> other.covers(event));
    return event.id().sequence() <= brought
        ? begun.covers(event) && !byOthers
        : begun.covers(event) || byOthers;
  }
}
