package io.bluefly.registry.capabilities;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.Members;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.security.Scope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What pools offer at one moment; never changes. The order is stable: pools by name, members by
 * registration, and what each offers as its server lists it.
 */
public final class PoolOffers {
  private static final class Pool {
    final String name;
    final List<String> members;
    final Map<Kind, SequencedMap<String, Offering>> byTarget = new EnumMap<>(Kind.class);

    /** A member that has a tool which is withheld, by the tool's name. */
    final Map<String, String> withheld = new HashMap<>();

    Pool(String name, List<String> members) {
      this.name = name;
      this.members = List.copyOf(members);
    }
  }

  /** Something that the members {@code ids} offer, as {@code capability} of the first of them. */
  private record Shared(Capability capability, List<String> ids) {}

  private final SortedMap<String, Pool> pools = new TreeMap<>();
  private final Map<Kind, SequencedMap<String, Offering>> exposed = new EnumMap<>(Kind.class);
  private final Map<Kind, Map<String, List<Offering>>> plain = new EnumMap<>(Kind.class);
  private final IdentityHashMap<Offering, UriTemplate> templates = new IdentityHashMap<>();

  /** A member that has a tool which is withheld, by its exposed and its own name. */
  private final Map<String, String> withheldAnywhere = new HashMap<>();

  /** Puts together what {@code members} offer: servers that may take calls, by registration. */
  PoolOffers(Collection<Connection> members, Catalogue catalogue) {
    SortedMap<String, List<Connection>> byPool = new TreeMap<>();
    for (Connection member : members) {
      byPool.computeIfAbsent(member.registration().pool(), _ -> new ArrayList<>()).add(member);
    }
    byPool.forEach((name, those) -> {
      Pool pool = pool(name, those, catalogue);
      pools.put(name, pool);
      index(pool);
    });
  }

  private PoolOffers(Collection<Pool> known) {
    for (Pool pool : known) {
      pools.put(pool.name, pool);
      index(pool);
    }
  }

  /** The part of this that {@code scope} covers; {@code find} gives the connection of an id. */
  PoolOffers within(Scope scope, Function<String, Optional<Connection>> find, Catalogue catalogue) {
    List<Pool> covered = new ArrayList<>();
    for (Pool pool : pools.values()) {
      if (scope.coversPool(pool.name)) {
        covered.add(pool);
        continue;
      }
      List<Connection> members =
          pool.members.stream()
              .filter(scope.connections()::contains)
              .map(find)
              .flatMap(Optional::stream)
              .toList();
      if (!members.isEmpty()) {
        covered.add(pool(pool.name, members, catalogue));
      }
    }
    return new PoolOffers(covered);
  }

  /** Most of what a pool offers is offered by the same members, and shares their list. */
  private static Pool pool(String name, List<Connection> members, Catalogue catalogue) {
    Pool pool = new Pool(name, members.stream().map(Connection::id).toList());
    Map<Kind, SequencedMap<String, Shared>> shared = new EnumMap<>(Kind.class);
    for (Connection member : members) {
      for (Capability tool : catalogue.withheld(member)) {
        pool.withheld.putIfAbsent(tool.name(), member.id());
      }
      for (Capability capability : catalogue.of(member)) {
        if (capability.verified()) {
          add(shared, member.id(), capability);
        }
      }
      for (Capability template : catalogue.templates(member)) {
        add(shared, member.id(), template);
      }
    }
    Map<List<String>, List<String>> lists = new HashMap<>(Map.of(pool.members, pool.members));
    shared.forEach((kind, all) -> {
      SequencedMap<String, Offering> offerings = new LinkedHashMap<>();
      all.forEach((target, each) -> {
        List<String> ids = lists.computeIfAbsent(List.copyOf(each.ids()), list -> list);
        offerings.put(target, offering(pool.name, each.capability(), ids));
      });
      pool.byTarget.put(kind, offerings);
    });
    return pool;
  }

  private static void add(
      Map<Kind, SequencedMap<String, Shared>> shared, String id, Capability capability) {
    shared
        .computeIfAbsent(capability.kind(), _ -> new LinkedHashMap<>())
        .computeIfAbsent(capability.target(), _ -> new Shared(capability, new ArrayList<>()))
        .ids()
        .add(id);
  }

  private static Offering offering(String pool, Capability capability, List<String> ids) {
    String name = ExposedNames.of(pool, capability.target());
    String definition =
        switch (capability.kind()) {
          case TOOL, PROMPT -> renamed(capability.definition(), name);
          case RESOURCE, TEMPLATE -> capability.definition();
        };
    return new Offering(pool, name, capability, definition, ids);
  }

  /** The definition as its server wrote it, under another name. */
  private static String renamed(String definition, String name) {
    byte[] json = Json.bytes(definition);
    try {
      Span at = Members.of(json, new Span(0, json.length)).get("name");
      return at == null
          ? definition
          : new String(new Splice(json).replace(at, Json.quote(name)).bytes(), UTF_8);
    } catch (MalformedMessageException e) {
      return definition;
    }
  }

  private void index(Pool pool) {
    pool.withheld.forEach((name, member) -> {
      withheldAnywhere.putIfAbsent(name, member);
      withheldAnywhere.putIfAbsent(ExposedNames.of(pool.name, name), member);
    });
    pool.byTarget.forEach((kind, offerings) -> {
      for (Offering offering : offerings.values()) {
        String target = offering.capability().target();
        exposed
            .computeIfAbsent(kind, _ -> new LinkedHashMap<>())
            .putIfAbsent(offering.exposedName(), offering);
        plain
            .computeIfAbsent(kind, _ -> new HashMap<>())
            .computeIfAbsent(target, _ -> new ArrayList<>())
            .add(offering);
        if (kind == Kind.TEMPLATE) {
          templates.put(offering, new UriTemplate(target));
        }
      }
    });
  }

  /** The names of the pools that have a member. */
  public Set<String> pools() {
    return pools.keySet();
  }

  /** The ids of a pool's members, in the order of registration; always the same list. */
  public List<String> members(String pool) {
    Pool known = pools.get(pool);
    return known == null ? List.of() : known.members;
  }

  /** What a pool offers, by name or URI. */
  public SequencedMap<String, Offering> of(String pool, Kind kind) {
    Pool known = pools.get(pool);
    return known == null ? new TreeMap<>() : known.byTarget.getOrDefault(kind, new TreeMap<>());
  }

  /** What all pools offer, by exposed name. */
  public SequencedMap<String, Offering> all(Kind kind) {
    return exposed.getOrDefault(kind, new LinkedHashMap<>());
  }

  /**
   * The id of a member that offers a tool which is withheld until its definition is approved; null
   * without one.
   */
  public @Nullable String withholder(String pool, String tool) {
    Pool known = pools.get(pool);
    return known == null ? null : known.withheld.get(tool);
  }

  /** The same among all pools, for a tool's exposed name or its own. */
  public @Nullable String withholder(String name) {
    return withheldAnywhere.get(name);
  }

  /** What {@code target} can mean in a pool: for a resource also the templates that it fits. */
  public List<Offering> find(String pool, Kind kind, String target) {
    Offering exact = of(pool, kind).get(target);
    if (exact != null || kind != Kind.RESOURCE) {
      return exact == null ? List.of() : List.of(exact);
    }
    return of(pool, Kind.TEMPLATE).values().stream().filter(o -> fits(o, target)).toList();
  }

  /**
   * What {@code name} can mean among all pools: one offering for an exposed name; else all that
   * have this name or URI by themselves, each of another pool.
   */
  public List<Offering> find(Kind kind, String name) {
    Offering one = kind == Kind.TOOL || kind == Kind.PROMPT ? all(kind).get(name) : null;
    if (one != null) {
      return List.of(one);
    }
    List<Offering> same = plain.getOrDefault(kind, Map.of()).getOrDefault(name, List.of());
    if (!same.isEmpty() || kind != Kind.RESOURCE) {
      return List.copyOf(same);
    }
    Map<String, Offering> byPool = new TreeMap<>();
    templates.forEach((offering, template) -> {
      if (template.matches(name)) {
        byPool.putIfAbsent(offering.pool(), offering);
      }
    });
    return List.copyOf(byPool.values());
  }

  private boolean fits(Offering offering, String uri) {
    @Nullable UriTemplate template = templates.get(offering);
    return template != null && template.matches(uri);
  }
}
