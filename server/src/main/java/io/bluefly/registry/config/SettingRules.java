package io.bluefly.registry.config;

import java.time.Duration;

/**
 * Holds settings of one group against their ranges. Each method throws a {@link ConfigException}
 * that names the setting and the rule when it is out of range.
 *
 * @param group the name before those of its settings, such as {@code mcp-registry.events}
 */
public record SettingRules(String group) {
  /** A number of {@code least} or more. */
  public void atLeast(int least, String setting, int value) {
    that(value >= least, setting, "must be " + least + " or more, not " + value);
  }

  /** A time of {@code leastMillis} or more. */
  public void atLeastMillis(long leastMillis, String setting, Duration value) {
    String least = leastMillis % 1_000 == 0 ? leastMillis / 1_000 + "s" : leastMillis + "ms";
    that(value.toMillis() >= leastMillis, setting, "must be " + least + " or longer");
  }

  /** A share, from 0 to 1. */
  public void share(String setting, double value) {
    that(value >= 0 && value <= 1, setting, "must be from 0 to 1, not " + value);
  }

  /** Whatever has to be true of a setting, said by {@code rule}. */
  public void that(boolean right, String setting, String rule) {
    if (!right) {
      throw new ConfigException("The setting " + group + "." + setting + " " + rule);
    }
  }
}
