package io.bluefly.registry.security;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Settings of the sandbox. */
record TestSandbox(
    boolean required,
    String executable,
    boolean allowNetwork,
    Optional<List<Path>> readable,
    Optional<List<Path>> writable,
    Optional<List<Path>> hidden)
    implements SandboxSettings {
  static TestSandbox optional(String executable) {
    return new TestSandbox(
        false, executable, false, Optional.empty(), Optional.empty(), Optional.empty());
  }

  static TestSandbox required(Path readable, Path writable) {
    return new TestSandbox(
        true,
        "bwrap",
        false,
        Optional.of(List.of(readable)),
        Optional.of(List.of(writable)),
        Optional.empty());
  }
}
