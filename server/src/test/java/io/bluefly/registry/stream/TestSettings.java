package io.bluefly.registry.stream;

import io.bluefly.registry.config.ConfigReader;
import io.bluefly.registry.events.EventSettings;
import io.smallrye.config.ConfigMapping;
import java.util.Map;
import java.util.stream.Collectors;

/** Settings of the stream as an operator writes them. */
final class TestSettings {
  private TestSettings() {}

  /** All settings, of which only these matter here. */
  @ConfigMapping(prefix = "mcp-registry")
  interface All {
    EventSettings events();
  }

  /** The defaults, but for those that are given by their short names. */
  static EventSettings of(Map<String, String> others) {
    Map<String, String> full =
        others.entrySet().stream()
            .collect(
                Collectors.toMap(
                    each -> "mcp-registry.events." + each.getKey(), Map.Entry::getValue));
    return ConfigReader.read(All.class, full, Map.of(), null).events();
  }
}
