package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Era;
import java.time.Instant;
import java.util.List;

/** What servers that are only played said of themselves: as little as they may. */
final class KnownServer {
  private KnownServer() {}

  /** One that speaks the latest version of that era. */
  static ServerInfo of(Era era, Transport transport) {
    return new ServerInfo(
        era,
        era == Era.MODERN ? Era.MODERN_VERSION : Era.LATEST_LEGACY,
        "{}",
        "",
        "",
        "null",
        "{}",
        "{}",
        transport,
        Instant.EPOCH,
        List.of());
  }
}
