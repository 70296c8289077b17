package io.bluefly.registry.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The checkout that a test runs in, whichever module's folder that is. */
public final class Checkout {
  private Checkout() {}

  /** What is at {@code path} in it, if there is something. */
  public static Optional<Path> find(String path) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path found = at.resolve(path);
      if (Files.exists(found)) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }
}
