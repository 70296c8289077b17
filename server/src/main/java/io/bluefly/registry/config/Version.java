package io.bluefly.registry.config;

import java.util.Objects;

/** The registry's version. */
public final class Version {
  private static final String WITHOUT_JAR = "0.2.0";

  /** From the jar's manifest; a constant when run from classes. */
  public static final String CURRENT =
      Objects.requireNonNullElse(
          Version.class.getPackage().getImplementationVersion(), WITHOUT_JAR);

  private Version() {}
}
