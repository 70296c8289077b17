package io.bluefly.registry.app;

import java.util.logging.Level;
import java.util.logging.Logger;

/** One line a message on the error stream; levels by the JDK's own system properties. */
final class Logging {
  private static final String FORMAT = "%1$tFT%1$tT.%1$tL %4$-7s %5$s%6$s%n";

  private Logging() {}

  static void configure() {
    if (System.getProperty("java.util.logging.config.file") != null) {
      return;
    }
    System.setProperty("java.util.logging.SimpleFormatter.format", FORMAT);
    Logger root = Logger.getLogger("");
    root.setLevel(Level.INFO);
    // Libraries speak up only when something is wrong.
    for (String library : new String[] {"org.flywaydb", "com.zaxxer", "io.netty", "io.vertx"}) {
      LIBRARIES.add(Logger.getLogger(library));
    }
    LIBRARIES.forEach(logger -> logger.setLevel(Level.WARNING));
  }

  /** Loggers are weakly held by the JDK: what is configured must be kept. */
  private static final java.util.List<Logger> LIBRARIES = new java.util.ArrayList<>();
}
