package io.bluefly.registry.testkit.drupal;

/**
 * Who asks.
 *
 * @param presented whether it showed something that an installed module takes for a credential,
 *     right or wrong
 */
record Visitor(Account account, boolean presented) {}
