package io.bluefly.registry.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a command that starts other processes, and ends all of them. */
final class ProcessGroup {
  private static final int QUOTED = 4000;

  /** How it ended, and all that it wrote. */
  record Finished(int exitCode, String output) {
    /** The end of the output, short enough for a message. */
    String tail() {
      return output.substring(Math.max(0, output.length() - QUOTED));
    }
  }

  private ProcessGroup() {}

  /**
   * Runs it to its end.
   *
   * @throws AssertionError when it is not done in time; nothing of it is left then
   */
  static Finished run(
      List<String> command, Map<String, String> environment, Path folder, Duration limit)
      throws IOException, InterruptedException {
    List<String> led = new ArrayList<>(List.of("setsid"));
    led.addAll(command);
    Path log = Files.createTempFile(folder, "output", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(led)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean done;
    try {
      process.getOutputStream().close();
      done = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      kill(process);
    }
    Finished finished = new Finished(process.waitFor(), new String(Files.readAllBytes(log), UTF_8));
    if (!done) {
      throw new AssertionError(
          "not done within " + limit + ": " + command + "\n" + finished.tail());
    }
    return finished;
  }

  /** Ends what is left of the group: setsid has made the process its leader, so it has its id. */
  private static void kill(Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-KILL", "--", "-" + process.pid())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
    process.destroyForcibly();
  }
}
