package io.bluefly.registry.testkit;

import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
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
    return new ServerProcess(
        new ProcessBuilder(TestServer.networkCommand(era, transport, options))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** Where MCP is spoken. */
  public URI url() {
    return url;
  }

  /** Kills it at once. */
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
