package io.bluefly.registry.cli;

import io.bluefly.registry.cli.http.CliException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The values of an option that is given as {@code name=value}, any number of times. */
final class KeyValues {
  private KeyValues() {}

  /** The values by name, in their order; each name once. */
  static Map<String, String> of(String option, List<String> given) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String pair : given) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw CliException.usage("%s must be name=value, not '%s'".formatted(option, pair));
      }
      String name = pair.substring(0, equals);
      if (values.putIfAbsent(name, pair.substring(equals + 1)) != null) {
        throw CliException.usage("%s %s is given twice".formatted(option, name));
      }
    }
    return values;
  }
}
