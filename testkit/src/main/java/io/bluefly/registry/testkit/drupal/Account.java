package io.bluefly.registry.testkit.drupal;

import java.util.UUID;

/** Who a visitor turns out to be, and what its role allows. */
enum Account {
  ANONYMOUS(0, "00000000-0000-4000-8000-000000000000", false, false, false),
  ADMIN(1, "7d1b1f0e-52f4-4d0e-9b53-6b0f3cf4ac01", true, true, true),
  SYNC(2, "442ab265-aa8f-4856-8043-89db814cd8ea", true, true, false),
  READ(3, "2b8a9d3c-0f0c-4a86-8f35-9e5d5fb2c703", true, false, false);

  private final int number;
  private final UUID id;
  private final boolean reads;
  private final boolean writes;
  private final boolean administers;

  Account(int number, String id, boolean reads, boolean writes, boolean administers) {
    this.number = number;
    this.id = UUID.fromString(id);
    this.reads = reads;
    this.writes = writes;
    this.administers = administers;
  }

  /** The user's id inside of Drupal. */
  int number() {
    return number;
  }

  /** The user's id outside of Drupal. */
  UUID id() {
    return id;
  }

  /** Has "access content". */
  boolean reads() {
    return reads;
  }

  /** Has "create", "edit any" and "delete any mcp_connection content". */
  boolean writes() {
    return writes;
  }

  /** Has every permission. */
  boolean administers() {
    return administers;
  }

  boolean sees(Node node) {
    return administers || (reads && node.published());
  }
}
