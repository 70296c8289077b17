package io.bluefly.registry.security;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Settings of the command policy. */
record TestCommands(Optional<List<String>> allowed, Optional<List<Path>> roots, List<String> more)
    implements CommandSettings {
  static TestCommands allowing(String... patterns) {
    return new TestCommands(Optional.of(List.of(patterns)), Optional.empty(), List.of());
  }

  static TestCommands in(Path... roots) {
    return new TestCommands(Optional.empty(), Optional.of(List.of(roots)), List.of());
  }

  TestCommands withVariable(String name) {
    return new TestCommands(allowed, roots, List.of(name));
  }

  @Override
  public Optional<List<String>> variables() {
    return Optional.of(more);
  }

  @Override
  public LimitSettings limits() {
    return new LimitSettings() {
      @Override
      public OptionalInt memoryMb() {
        return OptionalInt.empty();
      }

      @Override
      public OptionalInt cpuSeconds() {
        return OptionalInt.empty();
      }

      @Override
      public OptionalInt openFiles() {
        return OptionalInt.empty();
      }
    };
  }
}
