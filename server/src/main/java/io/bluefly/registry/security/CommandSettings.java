package io.bluefly.registry.security;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Settings of which commands stdio connections may start (docs/sandbox.md). */
public interface CommandSettings {
  /** Commands that may be started, as patterns of whole words; without them any. */
  Optional<List<String>> allowed();

  /** Folders that working directories must be in; without them any. */
  Optional<List<Path>> roots();

  /** Variables that connections may set although they can change what an allowed command runs. */
  Optional<List<String>> variables();

  /** What each process of a stdio server may use at most. */
  LimitSettings limits();

  /** Bounds of a process; absent: none. */
  interface LimitSettings {
    /** Memory for its own data, in MiB. */
    OptionalInt memoryMb();

    /** Processor time in its whole life, in s. */
    OptionalInt cpuSeconds();

    /** Files and sockets that it has open at once. */
    OptionalInt openFiles();
  }
}
