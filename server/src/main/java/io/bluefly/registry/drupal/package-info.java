/**
 * Keeps connections and the nodes of a Drupal site in step, over core JSON:API. The way through: a
 * {@link io.bluefly.registry.drupal.DrupalSyncs} starts a {@link
 * io.bluefly.registry.drupal.SyncRun}, which asks a {@link io.bluefly.registry.drupal.Nodes} what
 * is there, has {@link io.bluefly.registry.drupal.Merge} decide, and changes either side.
 */
@NullMarked
package io.bluefly.registry.drupal;

import org.jspecify.annotations.NullMarked;
