package io.bluefly.registry.persistence;

import io.bluefly.registry.config.ConfigException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a data directory for one registry; the system releases it when that one ends, however. */
final class FolderLock implements Closeable {
  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  static FolderLock take(Path folder) {
    try {
      FileChannel channel =
          FileChannel.open(
              folder.resolve("registry.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() != null) {
        return new FolderLock(channel);
      }
      channel.close();
    } catch (OverlappingFileLockException e) {
      // Another registry of this very process has it.
    } catch (IOException e) {
      throw new ConfigException(
          "The data directory " + folder + " can't be locked: " + e.getMessage());
    }
    throw new ConfigException(
        "Another registry uses the data directory "
            + folder
            + ": stop that one, or choose another with --data-dir");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
