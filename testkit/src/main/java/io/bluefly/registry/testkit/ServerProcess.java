package io.bluefly.registry.testkit;

import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/** The test server on a port of this machine, in a process of its own that can be killed. */
public final class ServerProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(1);

  private final Process process;
  private final URI url;

  private ServerProcess(Process process) throws InterruptedException {
    this.process = process;
    this.url = URI.create(new Lines(process.getErrorStream()).next(START));
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
