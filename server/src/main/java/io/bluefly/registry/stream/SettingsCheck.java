package io.bluefly.registry.stream;

import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.config.SettingRules;
import io.bluefly.registry.events.EventSettings;

/** Settings with which no stream of events would work. */
final class SettingsCheck {
  private static final SettingRules RULES = new SettingRules("mcp-registry.events");

  private SettingsCheck() {}

  /** Throws a {@link ConfigException} that names the first setting that is out of range. */
  static void check(EventSettings settings) {
    RULES.atLeast(1, "replay", settings.replay());
    RULES.atLeast(1, "max-subscribers", settings.maxSubscribers());
    RULES.atLeast(1, "max-subscriptions", settings.maxSubscriptions());
    RULES.atLeast(1, "max-frame-rate", settings.maxFrameRate());
    RULES.atLeast(Broadcaster.LEAST_BACKLOG, "max-backlog", settings.maxBacklog());
    RULES.atLeastMillis(1, "collect", settings.collect());
    RULES.atLeastMillis(1_000, "heartbeat", settings.heartbeat());
    RULES.that(
        settings.heartbeat().compareTo(settings.peerTimeout().dividedBy(2)) <= 0,
        "heartbeat",
        "must be half of mcp-registry.events.peer-timeout or shorter");
  }
}
