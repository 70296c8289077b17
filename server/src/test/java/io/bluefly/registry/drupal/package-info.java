/** Tests of the sync with Drupal sites. */
@NullMarked
package io.bluefly.registry.drupal;

import org.jspecify.annotations.NullMarked;
