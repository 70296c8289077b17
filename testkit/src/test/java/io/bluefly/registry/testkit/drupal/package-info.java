/** The stand-in Drupal against what a real one was recorded to do. */
@org.jspecify.annotations.NullMarked
package io.bluefly.registry.testkit.drupal;
