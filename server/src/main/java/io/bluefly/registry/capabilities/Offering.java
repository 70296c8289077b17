package io.bluefly.registry.capabilities;

import java.util.List;

/**
 * Something that a pool offers.
 *
 * @param exposedName its name among those of all pools
 * @param capability as the member that registered first defines it
 * @param exposedDefinition its definition under that name, JSON text
 * @param connectionIds the members that offer it, in the order of registration
 */
public record Offering(
    String pool,
    String exposedName,
    Capability capability,
    String exposedDefinition,
    List<String> connectionIds) {
  /** Copies the ids. */
  public Offering {
    connectionIds = List.copyOf(connectionIds);
  }
}
