package io.bluefly.registry.upstream;

import io.bluefly.registry.security.AddressRules;
import io.bluefly.registry.security.EgressGuard;
import java.util.List;
import java.util.Map;

/** Servers on this machine, which may be reached. */
final class TestTargets {
  /** Lets connections to this machine through, and looks names up as it does. */
  static final EgressGuard GUARD = new EgressGuard(new AddressRules(true, List.of()));

  private TestTargets() {}

  static HttpTarget of(HttpOrigin origin, String path, Map<String, String> headers) {
    return new HttpTarget(origin, path, OwnHeaders.fixed(headers), GUARD);
  }
}
