package io.bluefly.registry.security;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What each process of a server may use; null: as much as there is. The kernel holds them, each
 * process by itself (setrlimit(2)); children inherit them.
 *
 * @param memoryMb memory for its own data, in MiB: not what it only reserves, which Node and JVMs
 *     do plentifully
 * @param cpuSeconds processor time in its whole life; it is killed then
 * @param openFiles files and sockets open at once
 */
public record ProcessLimits(
    @Nullable Integer memoryMb, @Nullable Integer cpuSeconds, @Nullable Integer openFiles) {
  /** No limits. */
  public static final ProcessLimits NONE = new ProcessLimits(null, null, null);

  private static final List<Path> PRLIMIT =
      List.of(Path.of("/usr/bin/prlimit"), Path.of("/bin/prlimit"));
  private static final long MIB = 1 << 20;

  /** Those of the settings. */
  public static ProcessLimits of(CommandSettings.LimitSettings settings) {
    return new ProcessLimits(
        orNull(settings.memoryMb()), orNull(settings.cpuSeconds()), orNull(settings.openFiles()));
  }

  private static @Nullable Integer orNull(OptionalInt value) {
    return value.isPresent() ? Integer.valueOf(value.getAsInt()) : null;
  }

  /** The stricter of both, each for itself. */
  public ProcessLimits and(ProcessLimits other) {
    return new ProcessLimits(
        least(memoryMb, other.memoryMb),
        least(cpuSeconds, other.cpuSeconds),
        least(openFiles, other.openFiles));
  }

  private static @Nullable Integer least(@Nullable Integer one, @Nullable Integer other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return Math.min(one, other);
  }

  /**
   * {@code command} with these limits.
   *
   * @throws CommandRefusedException where there is no {@code prlimit} to set them
   */
  public List<String> around(List<String> command) throws CommandRefusedException {
    return around(command, PRLIMIT);
  }

  List<String> around(List<String> command, List<Path> places) throws CommandRefusedException {
    if (equals(NONE)) {
      return command;
    }
    List<String> limited = new ArrayList<>();
    limited.add(prlimit(places));
    if (memoryMb != null) {
      limited.add("--data=" + memoryMb * MIB);
    }
    if (cpuSeconds != null) {
      limited.add("--cpu=" + cpuSeconds);
    }
    if (openFiles != null) {
      limited.add("--nofile=" + openFiles);
    }
    limited.add("--");
    limited.addAll(command);
    return limited;
  }

  private static String prlimit(List<Path> places) throws CommandRefusedException {
    return places.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new CommandRefusedException(
                "endpoint.limits and mcp-registry.commands.limits need prlimit, which is not on"
                    + " this machine: install util-linux (Linux), or take the limits away"))
        .toString();
  }
}
