package io.bluefly.registry.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;

/** The one key that opens the registry; kept in a file that only its owner may read. */
public final class AdminKey {
  private final byte[] key;

  private AdminKey(String key) {
    this.key = key.getBytes(UTF_8);
  }

  /**
   * Reads the key from {@code file}, or writes a new one there with mode 0600.
   *
   * @throws IOException when the file can't be read or written, or is empty
   */
  public static AdminKey loadOrCreate(Path file) throws IOException {
    return new AdminKey(OwnerOnlyFile.readOrCreate(file, "mcpr_"));
  }

  /** Whether {@code candidate} is the key; takes the same time wherever they differ. */
  public boolean matches(String candidate) {
    return MessageDigest.isEqual(key, candidate.getBytes(UTF_8));
  }
}
