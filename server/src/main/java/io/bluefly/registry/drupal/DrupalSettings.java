package io.bluefly.registry.drupal;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings of Drupal sync. */
public interface DrupalSettings {
  /** The origins of the sites that may be synced with; without any there is no sync. */
  Optional<List<String>> origins();

  /** How the sites are told who asks. */
  @WithDefault("x-api-key")
  CredentialScheme credential();

  /** By what nodes of this registry are known; by default a name that is made up once and kept. */
  Optional<String> registryName();

  /**
   * Whether commands of stdio connections are taken over from Drupal, within the command policy.
   */
  @WithDefault("false")
  boolean commands();

  /** How long one request may take. */
  @WithDefault("30s")
  Duration timeout();

  /** How long a sync waits, in all, for a site that asks it to (503 or 429 with Retry-After). */
  @WithDefault("60s")
  Duration patience();

  /** Syncs that run by themselves, by a name of one's own. */
  Map<String, Scheduled> syncs();

  /** A sync that runs by itself. */
  interface Scheduled {
    /** The site's address. */
    String endpoint();

    /** The name of the secret that is the key; it must be bound to the site's origin. */
    String secret();

    /** Which side it changes. */
    @WithDefault("bidirectional")
    SyncMode mode();

    /** What comes of conflicts. */
    @WithDefault("registry")
    ConflictPolicy conflictPolicy();

    /** The pause after one of them until the next, 10 s or more. */
    @WithDefault("15m")
    Duration interval();
  }
}
