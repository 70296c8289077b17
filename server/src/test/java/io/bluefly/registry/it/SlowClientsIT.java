package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that begin and do not go on, by the thousand; who does is served meanwhile. */
class SlowClientsIT {
  private static final int IDLE = 2_000;
  private static final int SLOW = 200;

  /** What the heap may differ by between two moments at which nobody is there. */
  private static final long NOISE = 6L << 20;

  @TempDir Path folder;
  private RegistryProcess registry;
  private final List<RawSocket> sockets = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_LIMITS_HEADER_TIMEOUT", "3s",
                "MCP_REGISTRY_LIMITS_BODY_TIMEOUT", "3s",
                "MCP_REGISTRY_LIMITS_IDLE_TIMEOUT", "4s",
                "MCP_REGISTRY_LIMITS_CONNECTIONS_PER_ADDRESS", "3000"));
  }

  @AfterEach
  void stop() throws IOException {
    for (RawSocket socket : sockets) {
      socket.close();
    }
    registry.close();
  }

  private void open(int count, String text) throws IOException {
    for (int i = 0; i < count; i++) {
      RawSocket socket = new RawSocket(registry);
      sockets.add(socket);
      socket.write(text);
    }
  }

  /** Those that are closed are not looked at again. */
  private boolean areAllClosed() throws IOException {
    for (Iterator<RawSocket> each = sockets.iterator(); each.hasNext(); ) {
      RawSocket socket = each.next();
      if (!socket.isClosed()) {
        return false;
      }
      socket.close();
      each.remove();
    }
    return true;
  }

  @Test
  void whoDoesNotGoOnIsClosedAndKeepsNothing() throws Exception {
    RawClient honest =
        RawClient.ofConnection(registry, TestServers.stdio(registry, "s", Era.MODERN));
    String post = "POST /connections HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ";
    String head = post + registry.key() + "\r\n";
    honest.callModern("echo", "{\"text\":\"x\"}");
    long before = Heap.of(registry);
    open(IDLE, "");
    open(SLOW, "POST /mcp HTT");
    open(SLOW, head);
    open(SLOW, head + "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{");
    open(SLOW, head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{");
    Eventually.until(() -> {
      long begun = System.nanoTime();
      assertThat(honest.callModern("echo", "{\"text\":\"x\"}").status()).isEqualTo(200);
      assertThat(System.nanoTime() - begun).isLessThan(2_000_000_000L);
      sockets.forEach(SlowClientsIT::drip);
      return areAllClosed();
    });
    Eventually.until(() -> Heap.of(registry) < before + NOISE);
    assertThat(registry.log()).noneMatch(line -> line.contains("Exception"));
  }

  private static void drip(RawSocket socket) {
    try {
      socket.write(".");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whoOpensTooManyIsClosedAtOnceAndOthersAreServedAgain() throws Exception {
    open(3_500, "");
    long closed = 0;
    for (RawSocket socket : sockets) {
      closed += socket.isClosed() ? 1 : 0;
    }
    assertThat(closed).isBetween(500L, 3_000L);
    Eventually.until(this::areAllClosed);
    assertThat(registry.send("GET", "/connections", "").status()).isEqualTo(200);
    assertThat(registry.log().stream().filter(l -> l.contains("connections-per-address")).count())
        .isEqualTo(1);
  }
}
