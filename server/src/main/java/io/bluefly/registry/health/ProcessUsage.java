package io.bluefly.registry.health;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a child and its descendants use.
 *
 * @param processes how many there are
 * @param residentBytes memory that they hold, 0 where the system does not tell
 * @param cpu processor time that they have used so far
 */
public record ProcessUsage(int processes, long residentBytes, Duration cpu) {
  private static final String RESIDENT = "VmRSS:";
  private static final long KIB = 1024;

  /** Measures {@code roots} and all their descendants now. */
  public static ProcessUsage of(Stream<ProcessHandle> roots) {
    List<ProcessHandle> family =
        roots.flatMap(root -> Stream.concat(Stream.of(root), root.descendants())).toList();
    long resident = family.stream().mapToLong(ProcessUsage::residentBytes).sum();
    Duration cpu =
        family.stream()
            .flatMap(process -> process.info().totalCpuDuration().stream())
            .reduce(Duration.ZERO, Duration::plus);
    return new ProcessUsage(family.size(), resident, cpu);
  }

  private static long residentBytes(ProcessHandle process) {
    try (Stream<String> lines =
        Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
      return lines
              .filter(line -> line.startsWith(RESIDENT))
              .map(line -> line.substring(RESIDENT.length()).replace("kB", "").strip())
              .mapToLong(Long::parseLong)
              .findFirst()
              .orElse(0)
          * KIB;
    } catch (IOException | java.io.UncheckedIOException e) {
      return 0; // It has just ended, or this system has no /proc.
    }
  }
}
