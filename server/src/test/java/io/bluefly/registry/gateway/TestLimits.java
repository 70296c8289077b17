package io.bluefly.registry.gateway;

import io.bluefly.registry.config.ConfigReader;
import io.bluefly.registry.security.LimitSettings;
import io.bluefly.registry.security.SafeHeaders;
import io.smallrye.config.ConfigMapping;
import java.util.Map;
import java.util.stream.Collectors;

/** Limits, with their defaults where a test does not say others. */
final class TestLimits {
  private TestLimits() {}

  /** What is read. */
  @ConfigMapping(prefix = "mcp-registry")
  interface Settings {
    /** The limits. */
    LimitSettings limits();
  }

  /** The defaults, and what is given by name. */
  static LimitSettings of(Map<String, String> given) {
    Map<String, String> named =
        given.entrySet().stream()
            .collect(
                Collectors.toMap(e -> "mcp-registry.limits." + e.getKey(), Map.Entry::getValue));
    return ConfigReader.read(Settings.class, named, Map.of(), null).limits();
  }

  /** The defaults. */
  static ClientLimits none() {
    return new ClientLimits(of(Map.of()), SafeHeaders.PLAIN, System::nanoTime);
  }
}
