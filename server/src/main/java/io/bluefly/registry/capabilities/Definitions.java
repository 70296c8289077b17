package io.bluefly.registry.capabilities;

import io.bluefly.registry.capabilities.Pin.Approval;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.ConnectionStore.StoreException;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventBus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which definitions of tools are approved. What a connection offers first is trusted; whatever
 * differs from it later waits for somebody's approval (rug pulls, CVE-2025-54136). Looking up never
 * waits and never asks the database; what was seen is stored in the background, an approval before
 * anybody sees it.
 */
public final class Definitions {
  /** A tool that shall be approved. */
  public sealed interface Wanted {
    /** Its name. */
    String name();

    /** As it is now. */
    record AsItIs(String name) implements Wanted {}

    /**
     * As it was looked at.
     *
     * @param hash of the definition; null: that there is none
     */
    record Exactly(String name, @Nullable String hash) implements Wanted {}
  }

  /** What came of a look at a server's tools. */
  private record Review(Map<String, Pin> before, Map<String, Pin> after) {}

  private static final Logger log = LoggerFactory.getLogger(Definitions.class);

  /** Tools that a line of the log names. */
  private static final int MOST_NAMED = 10;

  private final PinStore store;
  private final DefinitionPolicy policy;
  private final EventBus bus;
  private final Executor executor;
  private final InstantSource clock;
  private final ToolNames names;
  private final FlagCache flags = new FlagCache();

  /** By connection and name; the inner maps are never changed. */
  private final Map<String, Map<String, Pin>> pins = new ConcurrentHashMap<>();

  /** Texts of definitions by hash, for each connection whose pins are not stored as they are. */
  private final Map<String, Map<String, String>> unsaved = new ConcurrentHashMap<>();

  private final ReentrantLock saving = new ReentrantLock();

  /** Nothing is known until {@link #load}; stores on {@code executor}, whose threads may wait. */
  public Definitions(
      PinStore store,
      DefinitionPolicy policy,
      Connections connections,
      EventBus bus,
      Executor executor,
      InstantSource clock) {
    this.store = store;
    this.policy = policy;
    this.bus = bus;
    this.executor = executor;
    this.clock = clock;
    this.names = new ToolNames(connections);
    bus.subscribe(ConnectionEvent.Registered.class, _ -> names.changed());
    bus.subscribe(ConnectionEvent.Updated.class, _ -> names.changed());
    bus.subscribe(ConnectionEvent.Disconnected.class, e -> forget(e.connectionId()));
    bus.subscribe(ConnectionEvent.Purged.class, e -> forget(e.connectionId()));
  }

  /** Reads the store. */
  public void load() {
    if (policy != DefinitionPolicy.OFF) {
      store.loadPins().forEach(this::load);
    }
  }

  private void load(String connectionId, List<Pin> all) {
    Map<String, Pin> byName = new LinkedHashMap<>();
    all.forEach(pin -> byName.put(pin.name(), pin));
    index(connectionId, Map.of(), byName);
    pins.put(connectionId, byName);
  }

  /** What comes of a tool whose definition is not the approved one. */
  public DefinitionPolicy policy() {
    return policy;
  }

  /** What is known of a tool; null for nothing. */
  public @Nullable Pin pin(String connectionId, String tool) {
    return pins.getOrDefault(connectionId, Map.of()).get(tool);
  }

  /**
   * Whether a tool must be neither shown nor called. All may be as long as nothing was offered at
   * all: what is offered first is trusted.
   */
  public boolean withholds(String connectionId, String tool) {
    if (policy != DefinitionPolicy.BLOCK) {
      return false;
    }
    Map<String, Pin> known = pins.get(connectionId);
    if (known == null) {
      return false;
    }
    Pin pin = known.get(tool);
    return pin == null || !pin.isApproved();
  }

  /** What a person should look at in a definition, JSON text, of this connection. */
  public List<Flag> flags(String connectionId, String definition) {
    long version = names.version(); // Before the look: what changes meanwhile is another key's.
    return flags.get(
        new FlagCache.Key(connectionId, DefinitionHash.ofText(definition), version),
        () -> Suspicions.of(definition, name -> names.isOfAnotherPool(name, connectionId)));
  }

  /**
   * Takes note of what a server offers now, and says so when it is something new. From then on it
   * is withheld, where that is the policy. Tools of one name are one: nobody can tell which of them
   * a client shows.
   */
  void review(String connectionId, Collection<Capability> tools) {
    if (policy == DefinitionPolicy.OFF) {
      return;
    }
    Map<String, List<String>> byName = new LinkedHashMap<>();
    tools.forEach(
        tool -> byName.computeIfAbsent(tool.name(), _ -> new ArrayList<>()).add(tool.definition()));
    Map<String, String> hashes = new LinkedHashMap<>();
    Map<String, String> texts = new HashMap<>();
    byName.forEach((name, all) -> {
      String hash = DefinitionHash.of(all);
      hashes.put(name, hash);
      texts.put(hash, all.size() == 1 ? all.getFirst() : "[" + String.join(",", all) + "]");
    });
    Review review = review(connectionId, hashes);
    if (!review.after.equals(review.before)) {
      index(connectionId, review.before, review.after);
      keep(connectionId, added(review, texts));
      executor.execute(() -> save(connectionId));
      tell(connectionId, review, texts);
    }
  }

  private Review review(String connectionId, Map<String, String> hashes) {
    Instant now = clock.instant();
    Review[] review = new Review[1];
    pins.compute(
        connectionId,
        (_, known) -> {
          Map<String, Pin> before = known == null ? Map.of() : known;
          Map<String, Pin> after =
              before.isEmpty() ? firstUse(hashes, now) : compared(before, hashes, now);
          review[0] = new Review(before, after);
          return after.isEmpty() ? null : after;
        });
    return review[0];
  }

  private static Map<String, Pin> firstUse(Map<String, String> hashes, Instant now) {
    Map<String, Pin> first = new LinkedHashMap<>();
    hashes.forEach((name, hash) ->
        first.put(name, new Pin(name, new Approval(hash, now, Pin.FIRST_USE), hash, now)));
    return first;
  }

  private static Map<String, Pin> compared(
      Map<String, Pin> before, Map<String, String> hashes, Instant now) {
    Map<String, Pin> after = new LinkedHashMap<>();
    before.forEach((name, pin) -> {
      Pin seen = pin.offered(hashes.get(name), now);
      if (!seen.isIdle()) {
        after.put(name, seen);
      }
    });
    hashes.forEach((name, hash) -> after.putIfAbsent(name, new Pin(name, null, hash, now)));
    return after;
  }

  private void index(String connectionId, Map<String, Pin> before, Map<String, Pin> after) {
    names.move(connectionId, offered(before), offered(after));
  }

  private static Set<String> offered(Map<String, Pin> all) {
    Set<String> offered = new HashSet<>();
    all.values().stream().filter(pin -> pin.seen() != null).forEach(pin -> offered.add(pin.name()));
    return offered;
  }

  /** The texts that may not be stored yet. */
  private static Map<String, String> added(Review review, Map<String, String> texts) {
    Map<String, String> added = new HashMap<>(texts);
    review
        .before
        .values()
        .forEach(pin -> {
          added.remove(pin.seen());
          added.remove(pin.approved());
        });
    return added;
  }

  /** With those that are kept already, as far as a pin still names them. */
  private void keep(String connectionId, Map<String, String> texts) {
    unsaved.compute(
        connectionId,
        (_, kept) -> {
          Map<String, Pin> now = pins.get(connectionId);
          if (now == null) {
            return null; // It was forgotten, or nothing is offered.
          }
          Map<String, String> all = both(kept == null ? Map.of() : kept, texts);
          Set<@Nullable String> named = new HashSet<>();
          now.values()
              .forEach(pin -> {
                named.add(pin.seen());
                named.add(pin.approved());
              });
          all.keySet().retainAll(named);
          return all;
        });
  }

  private static Map<String, String> both(Map<String, String> one, Map<String, String> other) {
    Map<String, String> both = new HashMap<>(one);
    both.putAll(other);
    return both;
  }

  private void tell(String connectionId, Review review, Map<String, String> texts) {
    List<ToolChange> fresh = new ArrayList<>();
    review.after.forEach((name, pin) -> {
      Pin before = review.before.get(name);
      if (before == null || !Objects.equals(before.seen(), pin.seen())) {
        String text = pin.seen() == null ? null : texts.get(pin.seen());
        List<Flag> flags = text == null ? List.of() : flags(connectionId, text);
        if (pin.change() != null || (before == null && !flags.isEmpty())) {
          fresh.add(new ToolChange(HiddenText.visible(name), pin.change(), flags));
        }
      }
    });
    if (!fresh.isEmpty()) {
      log(connectionId, fresh);
      bus.publish(
          new CapabilityEvent.DefinitionsDiffer(connectionId, fresh, policy, clock.instant()));
    }
  }

  private static void log(String connectionId, List<ToolChange> fresh) {
    List<String> told =
        fresh.stream()
            .limit(MOST_NAMED)
            .map(tool ->
                tool.name()
                    + (tool.kind() == null ? "" : " " + tool.kind().wire())
                    + (tool.flags().isEmpty() ? "" : " flagged"))
            .toList();
    log.warn(
        "Definitions of {} need a look, {} in all: {}; see GET /connections/{}/changes",
        connectionId,
        fresh.size(),
        String.join(", ", told),
        connectionId);
  }

  /** Stores what is not stored yet, such as while the database was away. */
  public void saveAll() {
    unsaved.keySet().forEach(this::save);
  }

  private void save(String connectionId) {
    saving.lock();
    try {
      Map<String, String> texts = unsaved.remove(connectionId);
      // After the texts: whoever adds some from now on has another turn for them.
      Map<String, Pin> all = pins.get(connectionId);
      if (texts != null && all != null) {
        save(connectionId, all, texts);
      }
    } catch (StoreException e) {
      log.warn("Definitions of {} can't be stored yet: {}", connectionId, e.getMessage());
    } finally {
      saving.unlock();
    }
  }

  private void save(String connectionId, Map<String, Pin> all, Map<String, String> texts) {
    try {
      store.savePins(connectionId, all.values(), texts);
    } catch (StoreException e) {
      keep(connectionId, texts);
      throw e;
    }
  }

  private void forget(String connectionId) {
    Map<String, Pin> gone = pins.remove(connectionId);
    unsaved.remove(connectionId);
    if (gone != null) {
      index(connectionId, gone, Map.of());
      executor.execute(() -> delete(connectionId));
    }
  }

  private void delete(String connectionId) {
    saving.lock();
    try {
      store.deletePins(connectionId);
    } catch (StoreException e) {
      // The rows go with the tombstone.
      log.warn("Definitions of {} can't be deleted yet: {}", connectionId, e.getMessage());
    } finally {
      saving.unlock();
    }
  }

  /** The changes that wait for approval; asks the database. */
  public List<PendingChange> changes(String connectionId) {
    List<Pin> changed =
        pins.getOrDefault(connectionId, Map.of()).values().stream()
            .filter(pin -> pin.change() != null)
            .toList();
    if (changed.isEmpty()) {
      return List.of();
    }
    Map<String, String> texts = texts(connectionId);
    return changed.stream().map(pin -> pending(connectionId, pin, texts)).toList();
  }

  private Map<String, String> texts(String connectionId) {
    saving.lock(); // What is being saved is neither here nor there.
    try {
      return both(
          unsaved.getOrDefault(connectionId, Map.of()), store.loadDefinitions(connectionId));
    } finally {
      saving.unlock();
    }
  }

  private PendingChange pending(String connectionId, Pin pin, Map<String, String> texts) {
    String after = texts.get(String.valueOf(pin.seen()));
    return new PendingChange(
        pin,
        Objects.requireNonNull(pin.change()),
        texts.get(String.valueOf(pin.approved())),
        after,
        after == null ? List.of() : flags(connectionId, after));
  }

  /**
   * Approves changes: all of those that are wanted, or nothing.
   *
   * @param wanted null for whatever waits now
   * @param by who does it
   * @return the pins that were approved, as they are now
   * @throws DefinitionException when one of them can't be
   * @throws StoreException when nothing was stored
   */
  public List<Pin> approve(
      String connectionId, @Nullable List<? extends Wanted> wanted, String by) {
    List<Pin> approved;
    saving.lock();
    try {
      Map<String, String> texts = unsaved.get(connectionId);
      // After the texts: whoever adds some from now on has another turn for them.
      Map<String, Pin> all = pins.getOrDefault(connectionId, Map.of());
      approved = approved(wanted == null ? waiting(all) : checked(all, wanted), by);
      if (approved.isEmpty()) {
        return approved;
      }
      Map<String, Pin> after = new LinkedHashMap<>(all);
      approved.forEach(pin -> after.put(pin.name(), pin));
      store.savePins(connectionId, after.values(), texts == null ? Map.of() : texts);
      stored(connectionId, texts);
      pins.computeIfPresent(connectionId, (_, now) -> with(approved, now));
    } finally {
      saving.unlock();
    }
    List<String> tools = approved.stream().map(pin -> HiddenText.visible(pin.name())).toList();
    bus.publish(new CapabilityEvent.DefinitionsApproved(connectionId, tools, by, clock.instant()));
    return approved;
  }

  /** Others than these very ones have been added since, perhaps with other pins. */
  @SuppressWarnings("ReferenceEquality") // Those that are equal may stand for other pins.
  private void stored(String connectionId, @Nullable Map<String, String> texts) {
    unsaved.computeIfPresent(connectionId, (_, now) -> now == texts ? null : now);
  }

  private static List<Pin> waiting(Map<String, Pin> all) {
    return all.values().stream().filter(pin -> pin.change() != null).toList();
  }

  private static List<Pin> checked(Map<String, Pin> all, List<? extends Wanted> wanted) {
    Map<String, Pin> checked = new LinkedHashMap<>();
    for (int i = 0; i < wanted.size(); i++) {
      Wanted each = wanted.get(i);
      Pin pin = all.get(each.name());
      if (pin == null || pin.change() == null) {
        throw new DefinitionException.NoSuchChange(i, each.name());
      }
      if (each instanceof Wanted.Exactly exactly && !Objects.equals(exactly.hash(), pin.seen())) {
        throw new DefinitionException.Outdated(i, each.name());
      }
      checked.put(each.name(), pin);
    }
    return List.copyOf(checked.values());
  }

  private List<Pin> approved(List<Pin> those, String by) {
    Instant now = clock.instant();
    return those.stream().map(pin -> pin.approved(new Approval(pin.seen(), now, by))).toList();
  }

  /** Its server may offer something else by now: that is not what was approved. */
  private static Map<String, Pin> with(List<Pin> approved, Map<String, Pin> now) {
    Map<String, Pin> after = new LinkedHashMap<>(now);
    for (Pin pin : approved) {
      Pin current = now.get(pin.name());
      Pin seen = current == null ? pin.offered(null, pin.since()) : current;
      after.put(pin.name(), new Pin(pin.name(), pin.approval(), seen.seen(), seen.since()));
    }
    return after;
  }
}
