package io.bluefly.registry.testkit.server;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The test server as a process: {@code --era modern|legacy|both --transport
 * stdio|http|sse|websocket [--port N] [--extra-tools N] [--chaos FOLDER --instance NAME]
 * [--ends-with-input yes]}. A network server prints its URL on the error stream and runs until it
 * is killed; a stdio server ends with its input.
 */
public final class Main {
  private Main() {}

  /** Starts it. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Map<String, String> given = given(args);
    Options options = options(given);
    if (options.chaos() != null && options.chaos().isKeptDown()) {
      System.err.println("This server is kept down by a test.");
      System.exit(1);
    }
    switch (options.transport()) {
      case STDIO -> {
        // Whatever else prints must not break the protocol.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false);
        System.setOut(System.err);
        Stdio.serve(new ServerState(options), new FileInputStream(FileDescriptor.in), out);
      }
      case HTTP, SSE, WEBSOCKET ->
          listen(options, given.getOrDefault("--ends-with-input", "no").equals("yes"));
    }
  }

  private static void listen(Options options, boolean endsWithInput)
      throws IOException, InterruptedException {
    try (TestServer server = TestServer.start(options)) {
      System.err.println(server.url());
      if (endsWithInput) {
        System.in.transferTo(OutputStream.nullOutputStream());
      } else {
        Thread.currentThread().join();
      }
    }
  }

  private static Map<String, String> given(String[] args) {
    Map<String, String> given = new HashMap<>();
    for (int index = 0; index + 1 < args.length; index += 2) {
      given.put(args[index], args[index + 1]);
    }
    return given;
  }

  private static Options options(Map<String, String> given) {
    Options options =
        Options.of(
                Era.of(given.getOrDefault("--era", "both")),
                Transport.of(given.getOrDefault("--transport", "stdio")))
            .withPort(Integer.parseInt(given.getOrDefault("--port", "0")))
            .withExtraTools(Integer.parseInt(given.getOrDefault("--extra-tools", "0")));
    String folder = given.get("--chaos");
    return folder == null
        ? options
        : options.withChaos(
            new Chaos(
                new ChaosFolder(Path.of(folder)), given.getOrDefault("--instance", "server")));
  }
}
