package io.bluefly.registry.security;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What binds the processes that are started for connections.
 *
 * @param commands which may be started
 * @param sandbox what is around those that are to be in one
 * @param limits what each may use at most
 */
public record ProcessRules(CommandPolicy commands, Sandbox sandbox, ProcessLimits limits) {
  /** No rules: any command, a sandbox for who asks for it. */
  public static ProcessRules none() {
    return new ProcessRules(
        CommandPolicy.open(),
        new Sandbox(new Unset(), List.of(), System::getenv),
        ProcessLimits.NONE);
  }

  private record Unset() implements SandboxSettings {
    @Override
    public boolean required() {
      return false;
    }

    @Override
    public String executable() {
      return "bwrap";
    }

    @Override
    public boolean allowNetwork() {
      return false;
    }

    @Override
    public Optional<List<Path>> readable() {
      return Optional.empty();
    }

    @Override
    public Optional<List<Path>> writable() {
      return Optional.empty();
    }

    @Override
    public Optional<List<Path>> hidden() {
      return Optional.empty();
    }
  }
}
