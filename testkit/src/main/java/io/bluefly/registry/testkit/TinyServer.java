package io.bluefly.registry.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** A modern MCP server over stdio of a few lines of shell, for tests that need hundreds. */
public final class TinyServer {
  private TinyServer() {}

  /** Program and arguments; it offers the tool {@code touch}, and ends with its input. */
  public static List<String> command() {
    try (InputStream script = TinyServer.class.getResourceAsStream("tiny-server.sh")) {
      if (script == null) {
        throw new IllegalStateException("tiny-server.sh is not in the jar");
      }
      return List.of("/bin/sh", "-c", new String(script.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException("tiny-server.sh can't be read", e);
    }
  }
}
