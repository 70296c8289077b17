/**
 * A stand-in for a Drupal site that has the content type {@code mcp_connection} and core JSON:API:
 * it behaves as the real Drupal 10.3.7 that was recorded in {@code
 * src/test/resources/drupal/exchanges}, and gives a test the editor's hands, the administrator's
 * switches, and the network's faults. Its data lives in memory. Nothing here is Drupal's code.
 */
@org.jspecify.annotations.NullMarked
package io.bluefly.registry.testkit.drupal;
