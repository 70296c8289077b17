package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that do nothing cost next to nothing, and nothing at all once they have gone. */
class SessionMemoryIT {
  private static final int SESSIONS = 10_000;
  private static final int WARM_UP = 1_000;
  private static final int KILOBYTE = 1024;

  /**
   * What an idle session may keep; measured were 1.3 to 1.5 KB, its greeting of 190 bytes included.
   */
  private static final long MOST_PER_SESSION = 10 * KILOBYTE;

  /** How much the heap may differ between two moments without sessions. */
  private static final long NOISE = 3L * KILOBYTE * KILOBYTE;

  @TempDir static Path folder;

  @Test
  void tenThousandIdleSessionsAreHeldAndLeaveNothingBehind() throws Exception {
    try (TestServer server = TestServer.start(Era.LEGACY, Transport.HTTP);
        RegistryProcess registry = RegistryProcess.start(folder)) {
      String id = TestServers.network(registry, "legacy-http", server);
      List<String> paths = List.of("/connections/" + id + "/mcp", "/pools/legacy-http/mcp");
      end(registry, paths, begin(registry, paths, WARM_UP));
      long before = Heap.of(registry);
      for (int round = 1; round <= 2; round++) {
        List<String> sessions = begin(registry, paths, SESSIONS);
        long during = Heap.of(registry);
        long each = (during - before) / SESSIONS;
        System.out.println("An idle legacy session keeps " + each + " bytes (round " + round + ")");
        assertThat(each).as("bytes per session").isLessThan(MOST_PER_SESSION);
        end(registry, paths, sessions);
        // What the last requests have on their way is gone a moment later.
        Eventually.soon()
            .pollInterval(Duration.ofMillis(500))
            .until(() -> Heap.of(registry), after -> after < before + NOISE);
      }
      // Idle clients had the server open nothing, either.
      assertThat(server.sessionsOpen()).isLessThan(5);
    }
  }

  /** Begins sessions at all paths in turn; returns their ids in order. */
  private static List<String> begin(RegistryProcess registry, List<String> paths, int count)
      throws IOException {
    String initialize =
        RawClient.message(
            "0",
            "initialize",
            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"sampling\":{}},"
                + "\"clientInfo\":{\"name\":\"idle client\",\"version\":\"1.0.0\"}}");
    String initialized = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
    List<String> sessions = new ArrayList<>();
    try (Pipe pipe = new Pipe(registry)) {
      for (int i = 0; i < count; i++) {
        pipe.add("POST", paths.get(i % paths.size()), "", initialize);
      }
      for (Got got : pipe.send()) {
        assertThat(got.status()).isEqualTo(200);
        sessions.add(got.session());
      }
      for (int i = 0; i < count; i++) {
        pipe.add("POST", paths.get(i % paths.size()), sessions.get(i), initialized);
      }
      assertThat(pipe.send()).allMatch(got -> got.status() == 202);
    }
    assertThat(sessions).doesNotHaveDuplicates().hasSize(count);
    return sessions;
  }

  private static void end(RegistryProcess registry, List<String> paths, List<String> sessions)
      throws IOException {
    try (Pipe pipe = new Pipe(registry)) {
      for (int i = 0; i < sessions.size(); i++) {
        pipe.add("DELETE", paths.get(i % paths.size()), sessions.get(i), "");
      }
      assertThat(pipe.send()).allMatch(got -> got.status() == 204);
    }
  }

  /**
   * What came back.
   *
   * @param session the session's id, empty when none was given
   */
  private record Got(int status, String session) {}

  /** One connection that carries requests in a row: a client library would take far longer. */
  private static final class Pipe implements AutoCloseable {
    private static final int AT_ONCE = 50;
    private static final int DEADLINE_MS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private final String common;
    private final List<String> requests = new ArrayList<>();

    Pipe(RegistryProcess registry) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), registry.port());
      socket.setSoTimeout(DEADLINE_MS);
      in = new BufferedInputStream(socket.getInputStream());
      common =
          " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
              + registry.key()
              + "\r\nContent-Type: application/json\r\n"
              + "Accept: application/json, text/event-stream\r\n";
    }

    /** A request for the next {@link #send}; an empty {@code session} is none. */
    void add(String method, String path, String session, String body) {
      String header = session.isEmpty() ? "" : "Mcp-Session-Id: " + session + "\r\n";
      requests.add(
          "%s %s%s%sContent-Length: %d\r\n\r\n%s"
              .formatted(method, path, common, header, body.length(), body));
    }

    List<Got> send() throws IOException {
      List<Got> all = new ArrayList<>();
      for (int from = 0; from < requests.size(); from += AT_ONCE) {
        List<String> next = requests.subList(from, Math.min(requests.size(), from + AT_ONCE));
        socket.getOutputStream().write(String.join("", next).getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
        for (int i = 0; i < next.size(); i++) {
          all.add(receive());
        }
      }
      requests.clear();
      return all;
    }

    private Got receive() throws IOException {
      int status = Integer.parseInt(line().split(" ", 3)[1]);
      String session = "";
      int length = 0;
      for (String line = line(); !line.isEmpty(); line = line()) {
        String name = line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT);
        String value = line.substring(line.indexOf(':') + 1).strip();
        switch (name) {
          case "mcp-session-id" -> session = value;
          case "content-length" -> length = Integer.parseInt(value);
          default -> {}
        }
      }
      in.skipNBytes(length);
      return new Got(status, session);
    }

    private String line() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new IOException("the registry closed the connection");
        }
        line.append((char) c);
      }
      return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
