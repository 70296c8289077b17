package io.bluefly.registry.testkit.server;

/**
 * A tool of {@link ChaosFolder} has run.
 *
 * @param key the call's argument {@code key}
 * @param instance whose server it was
 */
public record Execution(String tool, String key, String instance) {}
