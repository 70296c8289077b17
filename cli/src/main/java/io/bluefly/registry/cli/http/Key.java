package io.bluefly.registry.cli.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The registry's key, or where it was sought: a registry without authentication needs none. */
public sealed interface Key {
  /** A key and where it comes from. */
  record Found(String value, String origin) implements Key {
    /** Refuses what can't be sent. */
    public Found {
      if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c <= '~')) {
        throw CliException.usage(
            "What " + origin + " holds is no key; give the one of admin.key with --key");
      }
    }
  }

  /** There is no such file. */
  record Missing(Path file) implements Key {}

  /**
   * The key that was given, else {@code MCP_REGISTRY_KEY}, else the one in the data directory.
   *
   * @throws CliException when there is one that can't be used
   */
  static Key find(@Nullable String given, @Nullable Path dataDir, Map<String, String> environment) {
    if (given != null) {
      return new Found(given.strip(), "--key");
    }
    String value = environment.getOrDefault("MCP_REGISTRY_KEY", "");
    return value.isBlank()
        ? read(dataDir(dataDir, environment).resolve("admin.key"))
        : new Found(value.strip(), "MCP_REGISTRY_KEY");
  }

  private static Path dataDir(@Nullable Path given, Map<String, String> environment) {
    return given == null
        ? Path.of(environment.getOrDefault("MCP_REGISTRY_DATA_DIR", "./data"))
        : given;
  }

  private static Key read(Path file) {
    try {
      return new Found(Files.readString(file).strip(), file.toString());
    } catch (NoSuchFileException | NotDirectoryException e) {
      return new Missing(file);
    } catch (IOException e) {
      throw CliException.refused(
          "The key "
              + file
              + " can't be read; run this as who started the registry, or give --key");
    }
  }
}
