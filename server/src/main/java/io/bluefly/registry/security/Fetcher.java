package io.bluefly.registry.security;

import java.io.IOException;
import java.net.URI;

/** Gets a small document of the issuer. */
@FunctionalInterface
public interface Fetcher {
  /**
   * The document at {@code uri}; follows no redirect. Waits, within a deadline of its own.
   *
   * @throws IOException when it can't be had, or is too long; the message names no secret
   */
  byte[] fetch(URI uri) throws IOException;
}
