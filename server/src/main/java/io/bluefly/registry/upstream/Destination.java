package io.bluefly.registry.upstream;

import io.bluefly.registry.connections.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * What is to be opened, and by what it is let in.
 *
 * @param connection the connection's name, which secrets may be bound to
 * @param tokens those of the endpoint; null where it has none
 */
record Destination(String connection, Endpoint endpoint, @Nullable ClientTokens tokens) {
  /** Waits for a token where there are some. */
  void awaitToken() throws UpstreamException {
    if (tokens != null) {
      tokens.await();
    }
  }

  /** Whether there is another token now than {@code used}, which was not accepted; may wait. */
  boolean isRenewed(@Nullable String used) {
    return tokens != null && used != null && tokens.renewed(used).join();
  }

  /** The token that is in use; null for none. */
  @Nullable String token() {
    return tokens == null ? null : tokens.latest();
  }

  /** No more tokens are fetched. */
  void close() {
    if (tokens != null) {
      tokens.close();
    }
  }
}
