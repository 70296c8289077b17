package io.bluefly.registry.app;

import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.persistence.SqlDatabase;
import io.bluefly.registry.security.AdminKey;
import io.bluefly.registry.security.Sealer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The steps of the start that can fail by their settings, each with a sentence that says how. */
final class Startup {
  private Startup() {}

  /** Without a key only this machine may speak to the registry. */
  static void refuseOpenDoor(RegistrySettings settings) {
    if (!settings.security().auth() && !isLoopback(settings.host())) {
      throw new ConfigException(
          "With auth off the registry listens on loopback only: set host to 127.0.0.1, or auth to"
              + " true");
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new ConfigException("The host '" + host + "' is no address of this machine");
    }
  }

  static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new ConfigException(
          "The data directory " + folder + " can't be created; choose another with --data-dir");
    }
    if (!Files.isWritable(folder)) {
      throw new ConfigException(
          "The data directory " + folder + " can't be written; choose another with --data-dir");
    }
  }

  static SqlDatabase openDatabase(RegistrySettings settings) {
    Optional<String> url = settings.database().url();
    return url.isPresent()
        ? SqlDatabase.postgres(url.get())
        : SqlDatabase.sqlite(settings.dataDir());
  }

  static Path keyFile(RegistrySettings settings) {
    return settings.dataDir().resolve("admin.key");
  }

  static AdminKey readKey(RegistrySettings settings) {
    try {
      return AdminKey.loadOrCreate(keyFile(settings));
    } catch (IOException e) {
      throw new ConfigException(
          "The key " + keyFile(settings) + " can't be read or written: " + e.getMessage());
    }
  }

  static Sealer readSealer(RegistrySettings settings) {
    Path file = settings.dataDir().resolve("sealing.key");
    try {
      return Sealer.loadOrCreate(file);
    } catch (IOException e) {
      throw new ConfigException("The key " + file + " can't be read or written: " + e.getMessage());
    }
  }

  static <T> CompletableFuture<T> async(Supplier<T> step) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("startup")
        .start(() -> {
          try {
            result.complete(step.get());
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  /** The result of a step; what it throws is thrown here. */
  static <T> T await(CompletableFuture<T> step) {
    try {
      return step.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw e;
    }
  }

  /** Waits for the end of a step, at most {@code timeout}. */
  static void await(CompletableFuture<?> step, Duration timeout) {
    try {
      step.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // It is the end anyway: what does not close is closed with the process.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
