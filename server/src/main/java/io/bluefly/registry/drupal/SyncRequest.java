package io.bluefly.registry.drupal;

import io.bluefly.registry.security.Principal;

/**
 * A sync that is asked for.
 *
 * @param apiKey the key as it was sent: {@code ${NAME}}, or the key itself
 * @param acceptDeletions as many connections may be gone from Drupal without a question
 * @param principal who asks; what comes from Drupal is done in their name
 * @param from the address that they ask from
 */
public record SyncRequest(
    SiteAddress site,
    String apiKey,
    SyncMode mode,
    ConflictPolicy conflictPolicy,
    boolean dryRun,
    int acceptDeletions,
    Principal principal,
    String from) {
  /** Without the key. */
  @Override
  public String toString() {
    return mode.wire() + " " + site;
  }
}
