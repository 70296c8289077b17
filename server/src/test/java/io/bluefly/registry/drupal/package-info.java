/** Tests of the package. */
@org.jspecify.annotations.NullMarked
package io.bluefly.registry.drupal;
