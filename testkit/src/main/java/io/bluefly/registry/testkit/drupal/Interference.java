package io.bluefly.registry.testkit.drupal;

import io.bluefly.registry.testkit.drupal.DrupalSite.Canned;

/** What a test has in store for requests to come. */
final class Interference {
  /** What becomes of an answer that a client is not to get. */
  enum Loss {
    ERROR_PAGE,
    HANG_UP
  }

  final Traps<Runnable> before = new Traps<>();
  final Traps<Runnable> between = new Traps<>();
  final Traps<Runnable> after = new Traps<>();
  final Traps<Canned> canned = new Traps<>();
  final Traps<Loss> losses = new Traps<>();
}
