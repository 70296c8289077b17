package io.bluefly.registry.cli;

import io.bluefly.registry.cli.registration.ManualPace;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;

/** Runs commands inside the test. */
final class Commands {
  private final Map<String, String> environment = new HashMap<>();

  /** What a command printed and how it ended. */
  record Ran(int code, String out, String err) {}

  /** Commands to the registry at {@code url}, with the key {@code test-key}. */
  static Commands to(String url) {
    return new Commands().with("MCP_REGISTRY_URL", url).with("MCP_REGISTRY_KEY", "test-key");
  }

  Commands with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        new Cli(environment, new PrintWriter(out), new PrintWriter(err), new ManualPace())
            .run(args);
    return new Ran(code, out.toString(), err.toString());
  }
}
