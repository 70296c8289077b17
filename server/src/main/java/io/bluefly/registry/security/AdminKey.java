package io.bluefly.registry.security;

import java.io.IOException;
import java.nio.file.Path;

/** The key that may do everything; kept in a file that only its owner may read. */
public final class AdminKey {
  private AdminKey() {}

  /**
   * Reads the key from {@code file}, or writes a new one there with mode 0600.
   *
   * @throws IOException when the file can't be read or written, or is empty
   */
  public static String loadOrCreate(Path file) throws IOException {
    return OwnerOnlyFile.readOrCreate(file, ApiKeys.PREFIX);
  }
}
