package io.bluefly.registry.upstream;

import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
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

/** Starts child processes, as many as may run at once. */
final class Children {
  private static final List<String> INHERITED = List.of("PATH", "HOME", "LANG", "TMPDIR");

  private final Secrets secrets;
  private final ProcessWarden warden;
  private final ProcessBudget budget;
  private final UpstreamSettings settings;

  Children(Secrets secrets, ProcessWarden warden, ProcessBudget budget, UpstreamSettings settings) {
    this.secrets = secrets;
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
   * @throws UpstreamException when a secret, the command or the folder is not there, or when as
   *     many processes run as may
   */
  ChildProcess start(String connection, StdioEndpoint endpoint, ChildWatch watch)
      throws UpstreamException {
    ProcessBuilder builder = builder(endpoint, new SecretUser.Command(connection));
    String mark = warden.mark(builder.environment());
    ProcessBudget.Place place = budget.take();
    try {
      Process process = builder.start();
      warden.add(process.pid());
      watch.started(process.pid());
      return new ChildProcess(process, place, mark, watch, warden, secrets, settings);
    } catch (IOException e) {
      place.giveBack();
      throw new UpstreamException(
          FailureReason.CONFIGURATION,
          "the command '" + endpoint.command() + "' can't be started on this machine");
    }
  }

  private ProcessBuilder builder(StdioEndpoint endpoint, SecretUser user) throws UpstreamException {
    ProcessBuilder builder = new ProcessBuilder();
    Map<String, String> environment = builder.environment();
    environment.keySet().retainAll(INHERITED);
    List<String> command = new ArrayList<>();
    try {
      for (Map.Entry<String, String> variable : endpoint.env().entrySet()) {
        environment.put(variable.getKey(), secrets.resolve(variable.getValue(), user));
      }
      command.add(executable(endpoint, environment.getOrDefault("PATH", "")));
      for (String arg : endpoint.args()) {
        command.add(secrets.resolve(arg, user));
      }
    } catch (UnknownSecretException e) {
      throw new UpstreamException(FailureReason.CONFIGURATION, e.getMessage());
    }
    builder.command(ProcessWarden.leadingItsGroup(command));
    if (endpoint.cwd() != null) {
      builder.directory(folder(endpoint.cwd()));
    }
    return builder;
  }

  private static File folder(String cwd) throws UpstreamException {
    File folder = new File(cwd);
    if (!folder.isDirectory()) {
      throw new UpstreamException(
          FailureReason.CONFIGURATION, "the folder '" + cwd + "' (endpoint.cwd) does not exist");
    }
    return folder;
  }

  private static String executable(StdioEndpoint endpoint, String path) throws UpstreamException {
    String command = endpoint.command();
    if (command.contains("/")) {
      Path base = Path.of(endpoint.cwd() == null ? "" : endpoint.cwd());
      Path file = base.resolve(command).toAbsolutePath();
      if (Files.isExecutable(file) && !Files.isDirectory(file)) {
        return file.toString();
      }
      throw new UpstreamException(
          FailureReason.CONFIGURATION, "the command '" + command + "' is no executable file");
    }
    for (String folder : path.split(File.pathSeparator, -1)) {
      Path file = Path.of(folder).resolve(command);
      if (!folder.isEmpty() && Files.isExecutable(file) && !Files.isDirectory(file)) {
        return file.toString();
      }
    }
    throw new UpstreamException(
        FailureReason.CONFIGURATION,
        "the command '" + command + "' was not found in the registry's PATH");
  }
}
