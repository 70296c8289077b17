package io.bluefly.registry.upstream;

/** The registry's version, as it introduces itself to servers. */
final class Version {
  /** From the jar's manifest; {@code 0.2.0} when run from classes. */
  static final String CURRENT =
      java.util.Objects.requireNonNullElse(
          Version.class.getPackage().getImplementationVersion(), "0.2.0");

  private Version() {}
}
