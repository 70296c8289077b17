package io.bluefly.registry.capabilities;

import io.bluefly.registry.connections.ConnectionStore.StoreException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps pins in memory; can be away. */
final class KeptPins implements PinStore {
  final Map<String, List<Pin>> pins = new HashMap<>();
  final Map<String, Map<String, String>> definitions = new HashMap<>();
  boolean away;

  private void requireThere() {
    if (away) {
      throw new StoreException("away", new IllegalStateException());
    }
  }

  @Override
  public Map<String, List<Pin>> loadPins() {
    requireThere();
    return new HashMap<>(pins);
  }

  @Override
  public void savePins(String connectionId, Collection<Pin> all, Map<String, String> more) {
    requireThere();
    pins.put(connectionId, new ArrayList<>(all));
    definitions.computeIfAbsent(connectionId, _ -> new HashMap<>()).putAll(more);
  }

  @Override
  public Map<String, String> loadDefinitions(String connectionId) {
    requireThere();
    return definitions.getOrDefault(connectionId, Map.of());
  }

  @Override
  public void deletePins(String connectionId) {
    requireThere();
    pins.remove(connectionId);
    definitions.remove(connectionId);
  }
}
