package io.bluefly.registry.audit;

import io.smallrye.config.WithDefault;

/** Settings of the audit log. */
public interface AuditSettings {
  /** Whether it is written. */
  @WithDefault("true")
  boolean enabled();

  /** Whether calls are written down, too, and not only changes and what was refused. */
  @WithDefault("false")
  boolean calls();

  /** Bytes of a file, about, after which the next one begins. */
  @WithDefault("10485760")
  int maxFileSize();

  /** Files that are kept, the current one included. */
  @WithDefault("10")
  int maxFiles();
}
