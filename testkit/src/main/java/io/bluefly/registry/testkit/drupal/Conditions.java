package io.bluefly.registry.testkit.drupal;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How the site is at the moment: what a test switches, and every request looks at. */
final class Conditions {
  /** Whole seconds of {@code Retry-After}; 0 while there is no maintenance. */
  volatile int maintenance;

  volatile boolean readOnly;
  volatile boolean jsonApi = true;
  volatile boolean contentType = true;
  volatile boolean basicAuth = true;
  volatile boolean bearer;

  /** In lower case. */
  volatile String keyHeader = "x-api-key";

  volatile Duration delay = Duration.ZERO;

  /** Null: the address at which the site listens. */
  volatile @Nullable URI linkOrigin;
}
