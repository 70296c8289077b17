package io.bluefly.registry.testkit;

import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The test server on a port of this machine, in a process of its own that can be killed. */
public final class ServerProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(1);

  private static final Pattern URL = Pattern.compile("(http|ws)://.*");

  private final Process process;
  private final URI url;

  private ServerProcess(Process process) throws InterruptedException {
    this.process = process;
    Lines errors = new Lines(process.getErrorStream());
    String line = errors.next(START);
    while (!URL.matcher(line).matches()) {
      line = errors.next(START); // The JVM may have something to say first.
    }
    this.url = URI.create(line);
  }

  /** Starts one; {@code options} are those of its command line. */
  public static ServerProcess start(Era era, Transport transport, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(TestServer.networkCommand(era, transport, options));
    command.addAll(List.of("--ends-with-input", "yes")); // It must not outlive the tests.
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    try {
      return new ServerProcess(process);
    } catch (InterruptedException | RuntimeException | AssertionError e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Where MCP is spoken. */
  public URI url() {
    return url;
  }

  /** Stops it without an end: it keeps its port and answers no more. */
  public void pause() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-STOP", Long.toString(process.pid())).start().waitFor();
  }

  /** Kills it at once. */
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
