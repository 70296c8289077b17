package io.bluefly.registry.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/** A file with a random secret that only its owner may read. */
final class OwnerOnlyFile {
  private static final int SECRET_BYTES = 32;

  private OwnerOnlyFile() {}

  /**
   * The secret in {@code file}; a new one is written there first, with mode 0600, when it is
   * missing.
   *
   * @param prefix what a new secret begins with
   * @throws IOException when the file can't be read or written, or is empty
   */
  static String readOrCreate(Path file, String prefix) throws IOException {
    if (!Files.exists(file)) {
      create(file, prefix);
    }
    String secret = Files.readString(file).strip();
    if (secret.isEmpty()) {
      throw new IOException(file + " is empty: delete it to have a new key written");
    }
    return secret;
  }

  private static void create(Path file, String prefix) throws IOException {
    byte[] random = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(random);
    String secret = prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (var channel =
        Files.newByteChannel(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
      channel.write(ByteBuffer.wrap((secret + "\n").getBytes(UTF_8)));
    } catch (FileAlreadyExistsException e) {
      // Somebody else was faster; theirs is the secret.
    }
  }
}
