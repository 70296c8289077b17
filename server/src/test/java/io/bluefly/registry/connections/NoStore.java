package io.bluefly.registry.connections;

import java.util.Collection;
import java.util.List;

/** Keeps nothing. */
public final class NoStore implements ConnectionStore {
  @Override
  public List<Connection> load() {
    return List.of();
  }

  @Override
  public void save(List<Connection> connections) {}

  @Override
  public void delete(Collection<String> ids) {}
}
