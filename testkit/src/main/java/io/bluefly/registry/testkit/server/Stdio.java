package io.bluefly.registry.testkit.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;

/** Lines on standard input and output; ends when the input does. Needs no Vert.x. */
final class Stdio {
  private final PrintStream out;

  private Stdio(PrintStream out) {
    this.out = out;
  }

  static void serve(ServerState state, InputStream in, PrintStream out) throws IOException {
    Stdio stdio = new Stdio(out);
    Peer peer = new Peer(state, stdio::write, () -> {});
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          peer.receive(line);
        }
      }
    }
    state.subscriptions().end();
    peer.close();
  }

  private void write(JsonNode message) {
    byte[] line = (Json.write(message) + "\n").getBytes(UTF_8);
    synchronized (out) {
      out.write(line, 0, line.length);
      out.flush();
    }
  }
}
