package io.bluefly.registry.testkit.server;

import java.util.Locale;

/** Levels of RFC 5424, rising. */
enum LogLevel {
  DEBUG,
  INFO,
  NOTICE,
  WARNING,
  ERROR,
  CRITICAL,
  ALERT,
  EMERGENCY;

  static LogLevel of(String name) throws McpException {
    for (LogLevel level : values()) {
      if (level.text().equals(name)) {
        return level;
      }
    }
    throw McpException.invalidParams("not a log level: '" + name + "'");
  }

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
