package io.bluefly.registry.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A real MCP server of the testkit that listens on a port of this machine. */
public final class HttpMcpServer implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(20);
  private static final String LISTENING = "listening on ";

  private final Process process;
  private final Lines errors;
  private final int port;

  private HttpMcpServer(Process process) throws InterruptedException {
    this.process = process;
    Lines out = new Lines(process.getInputStream());
    this.errors = new Lines(process.getErrorStream());
    String line = out.next(START);
    if (!line.startsWith(LISTENING)) {
      throw new AssertionError("the server said '" + line + "' and " + errors.all());
    }
    this.port = Integer.parseInt(line.substring(LISTENING.length()).strip());
  }

  /** Starts {@code script} on {@code port}; 0 takes any free one. */
  public static HttpMcpServer start(String script, int port, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("node", Npm.script(script), "http", Integer.toString(port));
    builder.environment().putAll(environment);
    return new HttpMcpServer(builder.start());
  }

  /** A server that speaks 2026-07-28 only. */
  public static HttpMcpServer modern() throws IOException, InterruptedException {
    return start("modern-server.mjs", 0, Map.of());
  }

  /** A server that speaks the legacy versions only. */
  public static HttpMcpServer legacy() throws IOException, InterruptedException {
    return start("legacy-server.mjs", 0, Map.of());
  }

  /** Its port. */
  public int port() {
    return port;
  }

  /** Its address. */
  public String url() {
    return "http://127.0.0.1:" + port + "/mcp";
  }

  /** What it has written to its error stream. */
  public List<String> errors() {
    return errors.all();
  }

  /** Kills it at once. */
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
