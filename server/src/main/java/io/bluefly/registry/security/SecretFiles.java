package io.bluefly.registry.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Secrets as files of a folder, one each, as Docker and Kubernetes mount them: the file's name is
 * the secret's, and the end of its last line does not belong to it. Read anew at each use, so that
 * a new value counts from the next one on.
 */
public record SecretFiles(Path folder) implements SecretProvider {
  private static final int MAX_BYTES = 64 * 1024;

  @Override
  public @Nullable String value(String name) throws UnknownSecretException {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new UnknownSecretException(
            "${" + name + "} has no value: " + file + " is larger than 64 KiB");
      }
      return withoutLastLineEnd(new String(bytes, UTF_8));
    } catch (IOException e) {
      throw new UnknownSecretException(
          "${" + name + "} has no value: the registry can't read " + file);
    }
  }

  private static String withoutLastLineEnd(String text) {
    return text.endsWith("\r\n")
        ? text.substring(0, text.length() - 2)
        : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }
}
