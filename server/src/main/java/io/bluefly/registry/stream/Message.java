package io.bluefly.registry.stream;

import org.jspecify.annotations.Nullable;

/** A JSON text for subscribers. */
final class Message {
  private final @Nullable String id;
  private final byte[] json;

  /**
   * A message.
   *
   * @param id after which a client may go on later; null where it says nothing of that
   * @param json from now on nobody may change it
   */
  Message(@Nullable String id, byte[] json) {
    this.id = id;
    this.json = json;
  }

  @Nullable String id() {
    return id;
  }

  byte[] json() {
    return json;
  }
}
