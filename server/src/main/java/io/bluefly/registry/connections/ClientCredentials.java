package io.bluefly.registry.connections;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How the registry gets tokens for a server that wants them: as a client of its own, never with
 * what its clients came with. Kept as written: {@code ${NAME}} is not resolved here.
 *
 * @param tokenUrl gives out tokens
 * @param scope what the tokens shall be good for, by names with blanks between; null for all
 * @param resource the server that they are for (RFC 8707); null where that is known anyway
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6749#section-4.4">RFC 6749, client
 *     credentials</a>
 */
public record ClientCredentials(
    URI tokenUrl,
    String clientId,
    String clientSecret,
    @Nullable String scope,
    @Nullable String resource) {
  /** Without the secret. */
  @Override
  public String toString() {
    return clientId + " at " + tokenUrl;
  }
}
