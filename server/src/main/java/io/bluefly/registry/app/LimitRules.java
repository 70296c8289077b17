package io.bluefly.registry.app;

import io.bluefly.registry.config.SettingRules;
import io.bluefly.registry.security.LimitSettings;

/** In which ranges limits can be. */
final class LimitRules {
  private LimitRules() {}

  /**
   * Refuses what can't work.
   *
   * @throws io.bluefly.registry.config.ConfigException that names the setting and the rule
   */
  static void check(LimitSettings settings) {
    SettingRules rules = new SettingRules("mcp-registry.limits");
    rules.atLeast(1024, "max-head", settings.maxHead());
    rules.atLeast(256, "max-request-line", settings.maxRequestLine());
    rules.atLeast(32, "max-headers", settings.maxHeaders());
    rules.atLeastMillis(100, "header-timeout", settings.headerTimeout());
    rules.atLeastMillis(100, "body-timeout", settings.bodyTimeout());
    rules.atLeastMillis(100, "idle-timeout", settings.idleTimeout());
    rules.atLeastMillis(100, "unread-timeout", settings.unreadTimeout());
    rules.atLeast(1, "max-connections", settings.maxConnections());
    settings
        .connectionsPerAddress()
        .ifPresent(most -> rules.atLeast(1, "connections-per-address", most));
    rules.atLeast(1, "max-frame-rate", settings.maxFrameRate());
    rules.atLeast(0, "requests-per-key", settings.requestsPerKey());
    rules.atLeast(0, "burst-per-key", settings.burstPerKey());
    rules.atLeast(0, "requests-per-pool", settings.requestsPerPool());
    rules.atLeast(0, "burst-per-pool", settings.burstPerPool());
    rules.atLeast(1, "failed-logins", settings.failedLogins());
  }
}
