package io.bluefly.registry.health;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a process uses.
 *
 * @param parent whose child it is; null where that is not known
 * @param command its executable, empty where the system does not tell
 * @param residentBytes memory that it holds, 0 where the system does not tell
 * @param cpu processor time that it has used so far
 * @param descriptors files and sockets that it has open; null where the system does not tell
 * @param startedAt when it was started; null where the system does not tell
 */
record ProcessUsage(
    long pid,
    @Nullable Long parent,
    String command,
    long residentBytes,
    Duration cpu,
    @Nullable Long descriptors,
    @Nullable Instant startedAt) {
  private static final String RESIDENT = "VmRSS:";
  private static final long KIB = 1024;

  /** Measures {@code roots} and all their descendants now, parents first. */
  static List<ProcessUsage> of(Stream<ProcessHandle> roots) {
    return roots
        .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
        .map(ProcessUsage::of)
        .toList();
  }

  private static ProcessUsage of(ProcessHandle process) {
    ProcessHandle.Info info = process.info();
    return new ProcessUsage(
        process.pid(),
        process.parent().map(ProcessHandle::pid).orElse(null),
        info.command().orElse(""),
        residentBytes(process),
        info.totalCpuDuration().orElse(Duration.ZERO),
        descriptors(process),
        info.startInstant().orElse(null));
  }

  /** What all of them have used. */
  static Duration cpu(List<ProcessUsage> family) {
    return family.stream().map(ProcessUsage::cpu).reduce(Duration.ZERO, Duration::plus);
  }

  /** What all of them hold. */
  static long residentBytes(List<ProcessUsage> family) {
    return family.stream().mapToLong(ProcessUsage::residentBytes).sum();
  }

  private static Path folder(ProcessHandle process) {
    return Path.of("/proc", Long.toString(process.pid()));
  }

  private static @Nullable Long descriptors(ProcessHandle process) {
    try (Stream<Path> open = Files.list(folder(process).resolve("fd"))) {
      return open.count();
    } catch (IOException | UncheckedIOException e) {
      return null; // It has just ended, belongs to somebody else, or this system has no /proc.
    }
  }

  private static long residentBytes(ProcessHandle process) {
    try (Stream<String> lines = Files.lines(folder(process).resolve("status"))) {
      Optional<Long> kibibytes =
          lines
              .filter(line -> line.startsWith(RESIDENT))
              .map(line -> line.substring(RESIDENT.length()).replace("kB", "").strip())
              .map(Long::valueOf)
              .findFirst();
      return kibibytes.orElse(0L) * KIB;
    } catch (IOException | UncheckedIOException e) {
      return 0; // It has just ended, or this system has no /proc.
    }
  }
}
