package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of the event stream that misbehave: they harm nobody but themselves. */
class StreamPeersIT {
  private static final int TOGETHER = 64;
  private static final int SMALL_BUFFER = 4096;
  private static final int MAX_MESSAGE = 64 * 1024;

  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_EVENTS_HEARTBEAT", "1s",
                "MCP_REGISTRY_EVENTS_PEER_TIMEOUT", "8s"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static String client(String name) throws Exception {
    return registry.register(
        "{\"name\":\"" + name + "\",\"type\":\"client\",\"protocol\":\"http\"}");
  }

  @Test
  void aPeerThatAnswersNoPingIsClosedAndOneThatDoesStays() throws Exception {
    try (RawStream deaf = new RawStream(registry, MAX_MESSAGE);
        McpSocket alive = new McpSocket(registry, "/registry/stream")) {
      alive.send("{'action':'subscribe'}");
      deaf.send("{'action':'subscribe'}");
      deaf.next("subscribed");
      assertThat(deaf.closeCode()).isEqualTo(1006);
      assertThat(deaf.pings()).isGreaterThan(2);
      // It has been open for as long, and answers by itself.
      String id = client("alive");
      alive.next(m -> m.path("connectionId").asText().equals(id));
    }
  }

  @Test
  void malformedFramesEndTheSocketThatTheyComeOnOnly() throws Exception {
    try (McpSocket other = new McpSocket(registry, "/registry/stream")) {
      other.send("{'action':'subscribe','events':['connection-registered']}");
      other.next(m -> m.path("type").asText().equals("subscribed"));
      List<int[]> malformed =
          List.of(
              new int[] {0x81, 0x02, '{', '}'}, // not masked
              new int[] {0xF1, 0x82, 0, 0, 0, 0, '{', '}'}, // reserved bits
              new int[] {0x83, 0x80, 0, 0, 0, 0}, // reserved opcode
              new int[] {0x09, 0x80, 0, 0, 0, 0}, // a control frame in parts
              new int[] {0x80, 0x82, 0, 0, 0, 0, '{', '}'}, // continues nothing
              new int[] {0x81, 0xFF, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}); // of 8 EiB
      for (int[] frame : malformed) {
        try (RawStream bad = new RawStream(registry, MAX_MESSAGE)) {
          bad.bytes(frame);
          assertThat(bad.closeCode()).as(Arrays.toString(frame)).isIn(1002, 1009);
        }
      }
      String id = client("after-malformed");
      other.next(m -> m.path("connectionId").asText().equals(id));
      assertThat(registry.log()).noneMatch(line -> line.contains("Exception"));
    }
  }

  @Test
  void whatIsNoTextOrTooLongIsAnsweredAndTheSocketStaysOpen() throws Exception {
    try (RawStream stream = new RawStream(registry, MAX_MESSAGE)) {
      stream.frame(0x82, "{}".getBytes(UTF_8));
      assertThat(stream.next("error").get("code").asText()).isEqualTo("not-text");
      stream.frame(0x81, new byte[MAX_MESSAGE + 1]);
      assertThat(stream.next("error").get("code").asText()).isEqualTo("too-long");
      stream.frame(0x01, new byte[MAX_MESSAGE]);
      stream.frame(0x00, new byte[1]);
      stream.frame(0x80, new byte[1]);
      assertThat(stream.next("error").get("code").asText()).isEqualTo("too-long");
      stream.frame(0x81, new byte[] {'"', (byte) 0xFF, '"'});
      assertThat(stream.next("error").get("code").asText()).isEqualTo("invalid-json");
      stream.frame(0x01, "{\"action\":".getBytes(UTF_8));
      stream.frame(0x89, new byte[0]);
      stream.frame(0x80, "\"subscribe\"}".getBytes(UTF_8));
      stream.next("subscribed");
    }
  }

  @Test
  void aFloodOfMessagesOrPingsIsEnded() throws Exception {
    for (int kind : new int[] {0x81, 0x89}) {
      try (RawStream flood = new RawStream(registry, MAX_MESSAGE)) {
        flood.send("{'action':'subscribe'}");
        for (int i = 0; i < 200; i++) {
          flood.frame(kind, "{}".getBytes(UTF_8));
        }
        assertThat(flood.next(m -> m.path("code").asText().equals("too-many-messages")))
            .isNotNull();
        assertThat(flood.closeCode()).isEqualTo(1008);
        for (int i = 0; i < 200; i++) {
          flood.frame(kind, "{}".getBytes(UTF_8));
        }
        assertThat(flood.read(1500)).as("what follows the Close frame").isEqualTo(-1);
      }
    }
  }

  @Test
  void whoseUpgradeIsRefusedTakesNoPlace(@TempDir Path own) throws Exception {
    Map<String, String> one = Map.of("MCP_REGISTRY_EVENTS_MAX_SUBSCRIBERS", "1");
    try (RegistryProcess registry = RegistryProcess.start(own, one)) {
      for (String body : List.of("Content-Length: 10000\r\n", "Transfer-Encoding: chunked\r\n")) {
        try (RawStream refused = new RawStream(registry)) {
          assertThat(refused.upgrade(registry, body)).startsWith("HTTP/1.1 426 ");
        }
      }
      try (RawStream stream = new RawStream(registry, MAX_MESSAGE)) {
        stream.send("{'action':'subscribe'}");
        stream.next("subscribed");
      }
    }
  }

  @Test
  void aSlowConsumerIsToldAndDroppedWhileAnotherGetsEverythingInOrder(@TempDir Path own)
      throws Exception {
    // However slow the machine is, it is the backlog that ends the stream, not a ping.
    Map<String, String> small =
        Map.of(
            "MCP_REGISTRY_EVENTS_MAX_BACKLOG", "65536",
            "MCP_REGISTRY_EVENTS_PEER_TIMEOUT", "10m");
    try (RegistryProcess registry = RegistryProcess.start(own, small);
        TestServer server = TestServer.start(Era.MODERN, Transport.HTTP);
        RawStream slow = new RawStream(registry, SMALL_BUFFER);
        McpSocket quick = new McpSocket(registry, "/registry/stream")) {
      String id = TestServers.network(registry, "busy", server);
      slow.send("{'action':'subscribe'}");
      slow.next("subscribed");
      quick.send(
          "{'action':'subscribe','connections':['%s'],'events':['capability-request']}"
              .formatted(id));
      quick.next(m -> m.path("type").asText().equals("subscribed"));

      // The kernel takes some megabytes before anything waits in the registry.
      RawClient caller = RawClient.ofConnection(registry, id);
      int calls = 0;
      while (registry.log().stream().noneMatch(line -> line.contains("reads too slowly"))) {
        call(caller);
        calls += TOGETHER;
        assertThat(calls).isLessThan(100_000);
      }
      call(caller);
      calls += TOGETHER;

      JsonNode last = slow.next("slow-consumer");
      assertThat(last.get("lastEventId").asText()).isNotEmpty();
      assertThat(last.get("message").asText()).contains("go on after lastEventId");
      assertThat(slow.closeCode()).isEqualTo(1013);

      List<String> heard = new ArrayList<>();
      while (heard.size() < calls) {
        heard.add(quick.next(m -> m.has("id")).get("id").asText());
      }
      assertThat(heard).isSorted().doesNotHaveDuplicates();
      assertThat(registry.log()).noneMatch(line -> line.contains("Exception"));
    }
  }

  /** Makes calls at the same time, and waits for all. */
  private static void call(RawClient caller) {
    List<CompletableFuture<RawClient.Said>> said = new ArrayList<>();
    for (int i = 0; i < TOGETHER; i++) {
      said.add(RawClient.sendAsync(caller.modernCall("echo", "{\"message\":\"m\"}", "{}", "")));
    }
    said.forEach(CompletableFuture::join);
  }
}
