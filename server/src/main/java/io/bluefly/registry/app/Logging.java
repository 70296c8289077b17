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
    // Libraries speak up only when something is wrong; networknt warns of the parts of an OpenAPI
    // document that are no schemas.
    keep("org.flywaydb", Level.WARNING);
    keep("com.zaxxer", Level.WARNING);
    keep("io.netty", Level.WARNING);
    keep("io.vertx", Level.WARNING);
    keep("com.networknt", Level.SEVERE);
  }

  private static void keep(String name, Level level) {
    Logger logger = Logger.getLogger(name);
    logger.setLevel(level);
    LIBRARIES.add(logger);
  }

  /** Loggers are weakly held by the JDK: what is configured must be kept. */
  private static final java.util.List<Logger> LIBRARIES = new java.util.ArrayList<>();
}
