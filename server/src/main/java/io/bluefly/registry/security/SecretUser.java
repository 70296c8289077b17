package io.bluefly.registry.security;

import java.net.URI;

/** Who gets to know a secret. */
public sealed interface SecretUser {
  /**
   * A command of a stdio connection.
   *
   * @param connection its name
   */
  record Command(String connection) implements SecretUser {}

  /**
   * A server over HTTP or WebSocket, or one that gives out tokens.
   *
   * @param url where it is; only its origin counts
   */
  record Address(URI url) implements SecretUser {}
}
