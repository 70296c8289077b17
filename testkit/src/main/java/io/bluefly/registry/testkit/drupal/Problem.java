package io.bluefly.registry.testkit.drupal;

import java.util.Optional;

/**
 * One error object.
 *
 * @param linked whether the error links to the request; violations of a field do not
 * @param pointer {@code source.pointer}
 */
record Problem(int status, String detail, boolean linked, Optional<String> pointer) {
  static Problem of(int status, String detail) {
    return new Problem(status, detail, true, Optional.empty());
  }

  static Problem at(String pointer, int status, String detail) {
    return new Problem(status, detail, true, Optional.of(pointer));
  }

  static Problem violation(String detail, String pointer) {
    return new Problem(422, detail, false, Optional.of(pointer));
  }
}
