package io.bluefly.registry.capabilities;

import io.bluefly.registry.capabilities.Capability.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that one server offers, in its own order, found by kind and target. */
final class Offer {
  static final Offer NONE = new Offer(List.of());

  private static final List<Kind> NAMED = List.of(Kind.TOOL, Kind.PROMPT, Kind.RESOURCE);

  private final Map<Kind, Map<String, Capability>> byTarget = new EnumMap<>(Kind.class);

  /** What is there already by the same kind and target; who sees the server's own list sees it. */
  private final List<Capability> again = new ArrayList<>();

  Offer(List<Capability> all) {
    for (Capability capability : all) {
      Capability first =
          byTarget
              .computeIfAbsent(capability.kind(), _ -> new LinkedHashMap<>())
              .putIfAbsent(capability.target(), capability);
      if (first != null) {
        again.add(capability);
      }
    }
  }

  List<Capability> of(Kind kind) {
    return List.copyOf(byTarget.getOrDefault(kind, Map.of()).values());
  }

  /** As {@link #of}, with those that have the target of another. */
  List<Capability> withDoubles(Kind kind) {
    List<Capability> all = new ArrayList<>(of(kind));
    again.stream().filter(capability -> capability.kind() == kind).forEach(all::add);
    return all;
  }

  @Nullable Capability find(Kind kind, String target) {
    return byTarget.getOrDefault(kind, Map.of()).get(target);
  }

  /** Whether a tool, prompt or resource has this name. */
  boolean has(String name) {
    return find(Kind.TOOL, name) != null
        || find(Kind.PROMPT, name) != null
        || byTarget.getOrDefault(Kind.RESOURCE, Map.of()).values().stream()
            .anyMatch(resource -> resource.name().equals(name));
  }

  /** Tools, prompts and resources, in this order. */
  List<Capability> named() {
    List<Capability> named = new ArrayList<>();
    for (Kind kind : NAMED) {
      named.addAll(byTarget.getOrDefault(kind, Map.of()).values());
    }
    return named;
  }

  /** The names of tools, prompts and resources, each once. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    named().forEach(capability -> names.add(capability.name()));
    return names;
  }

  /** The kinds whose definitions differ. */
  Set<Kind> changed(Offer before) {
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (Kind kind : Kind.values()) {
      if (!definitions(kind).equals(before.definitions(kind))) {
        kinds.add(kind);
      }
    }
    return kinds;
  }

  private List<String> definitions(Kind kind) {
    return withDoubles(kind).stream().map(Capability::definition).toList();
  }
}
