package io.bluefly.registry.security;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Settings of the sandbox around stdio servers (docs/sandbox.md). */
public interface SandboxSettings {
  /** Whether all stdio servers run in it. If not, those do whose connection asks for it. */
  @WithDefault("false")
  boolean required();

  /** Bubblewrap, by path or by its name in {@code PATH}. */
  @WithDefault("bwrap")
  String executable();

  /** Whether connections may ask for the network where the sandbox is required. */
  @WithDefault("false")
  boolean allowNetwork();

  /** Folders in which connections may ask for readable ones where the sandbox is required. */
  Optional<List<Path>> readable();

  /** The same for writable ones; they may be asked for as readable, too. */
  Optional<List<Path>> writable();

  /** Files and folders that no sandbox shows, beside those that it hides anyway. */
  Optional<List<Path>> hidden();
}
