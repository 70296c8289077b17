package io.bluefly.registry.capabilities;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Where pins are kept. Methods may block; they throw {@link
 * io.bluefly.registry.connections.ConnectionStore.StoreException} when nothing was done.
 */
public interface PinStore {
  /** All pins by the ids of their connections. */
  Map<String, List<Pin>> loadPins();

  /**
   * Replaces a connection's pins.
   *
   * @param definitions by hash, JSON texts of those that may not be stored yet; texts that no pin
   *     names any more are deleted
   */
  void savePins(String connectionId, Collection<Pin> pins, Map<String, String> definitions);

  /** The texts of the definitions that a connection's pins name, by hash. */
  Map<String, String> loadDefinitions(String connectionId);

  /** Deletes what is stored of a connection. */
  void deletePins(String connectionId);
}
