package io.bluefly.registry.gateway;

import io.bluefly.registry.connections.Connection;

/** For whom a client sends MCP. */
public sealed interface Address {
  /** One connection, transparent: names, lists and cursors are the server's own. */
  record OneConnection(String id) implements Address {
    @Override
    public boolean covers(Connection connection) {
      return connection.id().equals(id);
    }
  }

  /** One pool: names are untouched, each call goes to one of the members. */
  record OnePool(String name) implements Address {
    @Override
    public boolean covers(Connection connection) {
      return connection.registration().pool().equals(name);
    }
  }

  /** All pools: names of tools and prompts begin with the pool's. */
  record AllPools() implements Address {
    @Override
    public boolean covers(Connection connection) {
      return true;
    }
  }

  /** Whether requests to this address may go to {@code connection}. */
  boolean covers(Connection connection);
}
