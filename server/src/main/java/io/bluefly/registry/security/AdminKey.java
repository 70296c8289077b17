package io.bluefly.registry.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** The one key that opens the registry; kept in a file that only its owner may read. */
public final class AdminKey {
  private static final int KEY_BYTES = 32;

  private final byte[] digest;

  private AdminKey(String key) {
    this.digest = sha256(key);
  }

  /**
   * Reads the key from {@code file}, or writes a new one there with mode 0600.
   *
   * @throws IOException when the file can't be read or written, or is empty
   */
  public static AdminKey loadOrCreate(Path file) throws IOException {
    if (!Files.exists(file)) {
      create(file);
    }
    String key = Files.readString(file).strip();
    if (key.isEmpty()) {
      throw new IOException(file + " is empty: delete it to have a new key written");
    }
    return new AdminKey(key);
  }

  private static void create(Path file) throws IOException {
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    String key = "mcpr_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (var channel =
        Files.newByteChannel(
            file,
            java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            ownerOnly)) {
      channel.write(java.nio.ByteBuffer.wrap((key + "\n").getBytes(UTF_8)));
    } catch (FileAlreadyExistsException e) {
      // Somebody else was faster; theirs is the key.
    }
  }

  /** Whether {@code candidate} is the key; takes the same time wherever they differ. */
  public boolean matches(String candidate) {
    return MessageDigest.isEqual(digest, sha256(candidate));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
