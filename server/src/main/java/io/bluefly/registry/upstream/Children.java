package io.bluefly.registry.upstream;

import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import io.bluefly.registry.security.CommandRefusal;
import io.bluefly.registry.security.CommandRefusedException;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.SandboxRequest;
import io.bluefly.registry.security.SecretUser;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.security.UnknownSecretException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Starts child processes, as many as may run at once. */
final class Children {
  private static final String TEMPORARY = "TMPDIR";
  private static final List<String> INHERITED = List.of("PATH", "HOME", "LANG", TEMPORARY);

  private final Secrets secrets;
  private final ProcessRules rules;
  private final ProcessWarden warden;
  private final ProcessBudget budget;
  private final UpstreamSettings settings;

  Children(
      Secrets secrets,
      ProcessRules rules,
      ProcessWarden warden,
      ProcessBudget budget,
      UpstreamSettings settings) {
    this.secrets = secrets;
    this.rules = rules;
    this.warden = warden;
    this.budget = budget;
    this.settings = settings;
  }

  /** Processes that run, those that are ending included. */
  int running() {
    return budget.taken();
  }

  /**
   * Starts the command of {@code endpoint} with secrets resolved and a minimal environment.
   *
   * @param connection the connection's name, which secrets may be bound to
   * @throws UpstreamException when a secret, the command or the folder is not there or not allowed,
   *     when the sandbox that it is to be in can't be had, or when as many processes run as may
   */
  ChildProcess start(String connection, StdioEndpoint endpoint, ChildWatch watch)
      throws UpstreamException {
    ProcessBuilder builder = builder(endpoint, new SecretUser.Command(connection));
    String mark = warden.mark(builder.environment());
    ProcessBudget.Place place = budget.take();
    try {
      Process process = Spawner.start(builder, settings.handshakeTimeout());
      warden.add(process.pid());
      watch.started(process.pid());
      boolean sandboxed = rules.sandbox().holds(endpoint.sandbox());
      return new ChildProcess(process, sandboxed, place, mark, watch, warden, secrets, settings);
    } catch (UpstreamException e) {
      place.giveBack();
      throw e;
    } catch (IOException e) {
      place.giveBack();
      throw new UpstreamException(
          FailureReason.CONFIGURATION,
          "the command '" + endpoint.command() + "' can't be started on this machine");
    }
  }

  private ProcessBuilder builder(StdioEndpoint endpoint, SecretUser user) throws UpstreamException {
    try {
      requireAllowed(endpoint);
      Path folder = rules.commands().folder(endpoint.cwd());
      ProcessBuilder builder = new ProcessBuilder();
      if (folder != null) {
        builder.directory(folder.toFile());
      }
      List<String> command = command(endpoint, user, builder.environment(), folder);
      builder.command(ProcessWarden.leadingItsGroup(bound(endpoint, command, builder, folder)));
      return builder;
    } catch (UnknownSecretException | CommandRefusedException e) {
      throw new UpstreamException(FailureReason.CONFIGURATION, String.valueOf(e.getMessage()));
    }
  }

  /** Again, since it was registered: the policy may have become stricter. */
  private void requireAllowed(StdioEndpoint endpoint) throws CommandRefusedException {
    List<CommandRefusal> refusals =
        rules
            .commands()
            .refusals(endpoint.command(), endpoint.args(), endpoint.env().keySet(), endpoint.cwd());
    if (!refusals.isEmpty()) {
      throw new CommandRefusedException(
          "the command policy does not permit it: " + refusals.getFirst());
    }
    List<CommandRefusal> boxed =
        rules.sandbox().refusals(endpoint.sandbox(), endpoint.env().keySet());
    if (!boxed.isEmpty()) {
      throw new CommandRefusedException(boxed.getFirst().toString());
    }
  }

  private List<String> command(
      StdioEndpoint endpoint,
      SecretUser user,
      Map<String, String> environment,
      @Nullable Path folder)
      throws UnknownSecretException, UpstreamException, CommandRefusedException {
    environment.keySet().retainAll(INHERITED);
    for (Map.Entry<String, String> variable : endpoint.env().entrySet()) {
      environment.put(variable.getKey(), secrets.resolve(variable.getValue(), user));
    }
    List<String> command = new ArrayList<>();
    command.add(executable(endpoint.command(), folder, environment.getOrDefault("PATH", "")));
    for (String arg : endpoint.args()) {
      command.add(secrets.resolve(arg, user));
    }
    return command;
  }

  /** In its sandbox and with its limits, as far as it is to have them. */
  private List<String> bound(
      StdioEndpoint endpoint, List<String> command, ProcessBuilder builder, @Nullable Path folder)
      throws CommandRefusedException {
    List<String> bound = command;
    if (rules.sandbox().holds(endpoint.sandbox())) {
      if (!endpoint.env().containsKey(TEMPORARY)) {
        builder.environment().remove(TEMPORARY); // The sandbox has a /tmp of its own alone.
      }
      SandboxRequest request = Objects.requireNonNullElse(endpoint.sandbox(), SandboxRequest.PLAIN);
      bound = rules.sandbox().around(command, folder, request);
    }
    return endpoint.limits().and(rules.limits()).around(bound);
  }

  private String executable(String command, @Nullable Path folder, String path)
      throws UpstreamException, CommandRefusedException {
    if (command.contains("/")) {
      Path base = folder == null ? Path.of("") : folder;
      Path file = base.resolve(command).toAbsolutePath();
      if (Files.isExecutable(file) && !Files.isDirectory(file)) {
        return file.toString();
      }
      throw new UpstreamException(
          FailureReason.CONFIGURATION, "the command '" + command + "' is no executable file");
    }
    for (String place : path.split(File.pathSeparator, -1)) {
      Path file = Path.of(place).resolve(command);
      if (isOfPath(place) && Files.isExecutable(file) && !Files.isDirectory(file)) {
        rules.commands().requireOutside(folder, file);
        return file.toString();
      }
    }
    throw new UpstreamException(
        FailureReason.CONFIGURATION,
        "the command '" + command + "' was not found in the registry's PATH");
  }

  /** What a relative entry means changes with the folder. */
  private boolean isOfPath(String place) {
    return rules.commands().isSelective() ? place.startsWith("/") : !place.isEmpty();
  }
}
