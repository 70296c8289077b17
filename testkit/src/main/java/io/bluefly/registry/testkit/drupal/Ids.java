package io.bluefly.registry.testkit.drupal;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Ids of clients. */
final class Ids {
  private static final Pattern FORM =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  private Ids() {}

  /** Java alone would read what is shorter, too. */
  static Optional<UUID> read(String text) {
    return Optional.of(text).filter(FORM.asMatchPredicate()).map(UUID::fromString);
  }
}
