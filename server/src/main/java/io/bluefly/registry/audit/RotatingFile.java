package io.bluefly.registry.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lines in {@code audit.jsonl}, which becomes {@code audit-1.jsonl} when it is full, that one
 * {@code audit-2.jsonl}, and so on; only their owner may read them. Belongs to one thread, but for
 * {@link #files}.
 */
final class RotatingFile implements AutoCloseable {
  private final Path folder;
  private final String name;
  private final int maxBytes;
  private final int maxFiles;
  private @Nullable FileChannel channel;

  RotatingFile(Path folder, String name, int maxBytes, int maxFiles) {
    this.folder = folder;
    this.name = name;
    this.maxBytes = maxBytes;
    this.maxFiles = maxFiles;
  }

  /** Writes whole lines; they are on the disk when it returns. */
  void append(byte[] lines) throws IOException {
    FileChannel open = channel == null ? open() : channel;
    if (open.size() > 0 && open.size() + lines.length > maxBytes) {
      open.close();
      rotate();
      open = open();
    }
    ByteBuffer bytes = ByteBuffer.wrap(lines);
    while (bytes.hasRemaining()) {
      open.write(bytes);
    }
    open.force(false);
  }

  private FileChannel open() throws IOException {
    FileChannel opened =
        FileChannel.open(
            file(0),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    channel = opened;
    endBrokenLine(opened);
    return opened;
  }

  /** A line that a power cut has cut short shall not spoil the next one. */
  private void endBrokenLine(FileChannel opened) throws IOException {
    if (opened.size() == 0) {
      return;
    }
    try (FileChannel reading = FileChannel.open(file(0), StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      reading.read(last, opened.size() - 1);
      if (last.get(0) != '\n') {
        opened.write(ByteBuffer.wrap(new byte[] {'\n'}));
      }
    }
  }

  private Path file(int number) {
    return folder.resolve(name + (number == 0 ? "" : "-" + number) + ".jsonl");
  }

  private void rotate() throws IOException {
    channel = null;
    Files.deleteIfExists(file(maxFiles - 1));
    for (int number = maxFiles - 2; number >= 0; number--) {
      if (Files.exists(file(number))) {
        Files.move(file(number), file(number + 1), StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  /** The files that there are, the newest first. */
  List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (int number = 0; number < maxFiles; number++) {
      if (Files.exists(file(number))) {
        files.add(file(number));
      }
    }
    return files;
  }

  /** After a failed write nobody knows where the file ends: it is opened again. */
  void reopen() {
    try {
      close();
    } catch (IOException e) {
      // It is not used any more.
    }
  }

  @Override
  public void close() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
  }
}
