package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client of the WebSocket at {@code /registry/stream} says and hears. */
class StreamIT {
  private static final String STREAM = "/registry/stream";

  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_EVENTS_HEARTBEAT", "1s",
                "MCP_REGISTRY_EVENTS_REPLAY", "20",
                "MCP_REGISTRY_EVENTS_MAX_SUBSCRIPTIONS", "3"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static String client(String name, String pool) throws Exception {
    return registry.register(
        """
        {"name": "%s", "type": "client", "protocol": "http", "pool": "%s"}
        """
            .formatted(name, pool));
  }

  private static void patch(String id, String status) throws Exception {
    registry.send("PATCH", "/connections/" + id, "{\"status\":\"" + status + "\"}");
  }

  private static JsonNode next(McpSocket socket, String type) throws Exception {
    return socket.next(m -> m.path("type").asText().equals(type));
  }

  /** The ids of all events up to the one that is true of, in the order in which they came. */
  private static List<JsonNode> eventsUntil(McpSocket socket, String connectionId)
      throws Exception {
    List<JsonNode> events = new ArrayList<>();
    socket.next(m -> {
      if (m.has("id")) {
        events.add(m);
      }
      return m.path("connectionId").asText().equals(connectionId);
    });
    return events;
  }

  @Test
  void filtersApplyTogetherAndTypesPoolsConnectionsAndStatusesRestrict() throws Exception {
    String a = client("filter-a", "filter-1");
    String b = client("filter-b", "filter-2");
    try (McpSocket byPool = new McpSocket(registry, STREAM);
        McpSocket byConnection = new McpSocket(registry, STREAM);
        McpSocket byStatus = new McpSocket(registry, STREAM)) {
      byPool.send("{'action':'subscribe','pools':['filter-2'],'events':['connection-status']}");
      byConnection.send("{'action':'subscribe','connections':['" + a + "']}");
      byStatus.send(
          "{'action':'subscribe','status':['disconnected'],'connections':['%s','%s']}"
              .formatted(a, b));
      for (McpSocket socket : List.of(byPool, byConnection, byStatus)) {
        next(socket, "subscribed");
      }
      patch(a, "idle");
      patch(b, "idle");
      registry.send("PATCH", "/connections/" + b, "{\"weight\":2}");
      registry.send("DELETE", "/connections/" + a, "");
      registry.send("DELETE", "/connections/" + b, "");

      assertThat(seen(byPool, 2)).containsExactly("filter-2 idle", "filter-2 disconnected");
      assertThat(seen(byConnection, 2)).containsExactly("filter-1 idle", "filter-1 disconnected");
      assertThat(seen(byStatus, 2))
          .containsExactly("filter-1 disconnected", "filter-2 disconnected");
    }
  }

  private static List<String> seen(McpSocket socket, int many) throws Exception {
    List<String> seen = new ArrayList<>();
    while (seen.size() < many) {
      JsonNode event = socket.next(m -> m.has("id"));
      seen.add(event.get("pool").asText() + " " + event.get("status").asText());
    }
    return seen;
  }

  @Test
  void anEventThatSeveralSubscriptionsWantComesOnceAndUnsubscribingEndsIt() throws Exception {
    try (McpSocket socket = new McpSocket(registry, STREAM)) {
      socket.send("{'action':'subscribe','pools':['once'],'requestId':'a'}");
      socket.send("{'action':'subscribe','events':['connection-registered'],'requestId':2}");
      assertThat(next(socket, "subscribed").get("requestId").asText()).isEqualTo("a");
      assertThat(next(socket, "subscribed").get("requestId").asInt()).isEqualTo(2);
      String first = client("once-1", "once");
      String second = client("once-2", "once");
      assertThat(eventsUntil(socket, first)).hasSize(1);
      assertThat(eventsUntil(socket, second)).hasSize(1);

      socket.send("{'action':'unsubscribe','subscription':'1','requestId':'b'}");
      assertThat(next(socket, "unsubscribed").get("subscriptions"))
          .extracting(JsonNode::asText)
          .containsExactly("1");
      patch(second, "idle");
      String third = client("once-3", "once");
      assertThat(eventsUntil(socket, third)).hasSize(1);

      socket.send("{'action':'unsubscribe'}");
      assertThat(next(socket, "unsubscribed").get("subscriptions"))
          .extracting(JsonNode::asText)
          .containsExactly("2");
      client("once-4", "once");
      JsonNode beat = next(socket, "heartbeat");
      assertThat(beat.get("lastEventId").asText()).isNotEmpty();
      assertThat(socket.unread()).noneMatch(m -> m.has("id"));
    }
  }

  @Test
  void aClientThatComesBackHearsWhatItHasMissedInOrderAndOnce() throws Exception {
    String id = client("replay", "replay");
    try (McpSocket first = new McpSocket(registry, STREAM)) {
      first.send("{'action':'subscribe','pools':['replay']}");
      next(first, "subscribed");
      patch(id, "idle");
      JsonNode last = next(first, "connection-status");
      first.abort();
      for (String status : List.of("active", "idle", "active")) {
        patch(id, status);
      }
      try (McpSocket again = new McpSocket(registry, STREAM)) {
        again.send("{'action':'subscribe','events':['connection-status'],'pools':['replay']}");
        next(again, "subscribed");
        patch(id, "idle");
        again.send(
            "{'action':'subscribe','pools':['replay'],'after':'%s'}"
                .formatted(last.get("id").asText()));
        JsonNode subscribed = next(again, "subscribed");
        assertThat(subscribed.get("after")).isEqualTo(last.get("id"));
        patch(id, "active");
        String end = client("replay-end", "replay");
        List<String> statuses =
            eventsUntil(again, end).stream().map(e -> e.get("status").asText()).toList();
        // The first subscription has brought one of them, before the second was answered.
        assertThat(statuses).containsExactly("active", "idle", "active", "active", "active");
      }
    }
  }

  @Test
  void whatIsNotKeptAnyMoreIsAnnouncedAsAGap() throws Exception {
    String id = client("gap", "gap");
    try (McpSocket socket = new McpSocket(registry, STREAM)) {
      socket.send("{'action':'subscribe','pools':['gap']}");
      next(socket, "subscribed");
      patch(id, "idle");
      String old = next(socket, "connection-status").get("id").asText();
      for (int i = 0; i < 30; i++) {
        patch(id, i % 2 == 0 ? "active" : "idle");
      }
      try (McpSocket late = new McpSocket(registry, STREAM)) {
        late.send("{'action':'subscribe','pools':['gap'],'after':'" + old + "'}");
        JsonNode gap = next(late, "gap");
        assertThat(gap.get("from").asText()).isEqualTo(old);
        assertThat(gap.get("to").asText()).isGreaterThan(old);
        assertThat(gap.get("reason").asText()).isEqualTo("overwritten");
        assertThat(gap.get("message").asText()).contains("GET /connections");
        JsonNode event = next(late, "connection-status");
        assertThat(event.get("id").asText()).isGreaterThan(gap.get("to").asText());
      }
      try (McpSocket other = new McpSocket(registry, STREAM)) {
        // Of this type nothing was lost.
        other.send(
            "{'action':'subscribe','events':['connection-registered'],'after':'" + old + "'}");
        client("gap-end", "gap");
        assertThat(next(other, "connection-registered").get("name").asText()).isEqualTo("gap-end");
        assertThat(other.unread()).noneMatch(m -> m.path("type").asText().equals("gap"));
      }
    }
  }

  @Test
  void anIdOfBeforeARestartYieldsAGapAndWhatHasHappenedSince(@TempDir Path own) throws Exception {
    String before;
    try (RegistryProcess first = RegistryProcess.start(own);
        McpSocket socket = new McpSocket(first, STREAM)) {
      socket.send("{'action':'subscribe'}");
      next(socket, "subscribed");
      first.register("{\"name\":\"c\",\"type\":\"client\",\"protocol\":\"http\"}");
      before = next(socket, "connection-registered").get("id").asText();
    }
    try (RegistryProcess second = RegistryProcess.start(own)) {
      second.register("{\"name\":\"d\",\"type\":\"client\",\"protocol\":\"http\"}");
      try (McpSocket socket = new McpSocket(second, STREAM)) {
        socket.send("{'action':'subscribe','after':'" + before + "'}");
        JsonNode gap = next(socket, "gap");
        assertThat(gap.get("reason").asText()).isEqualTo("restart");
        assertThat(gap.get("from").asText()).isEqualTo(before);
        JsonNode event = next(socket, "connection-registered");
        assertThat(event.get("name").asText()).isEqualTo("d");
        assertThat(event.get("id").asText()).isGreaterThan(before);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'action':'dance'}                         | unknown-action       | action         | subscribe
          {'events':[]}                              | unknown-action       | action         | subscribe
          {'action':'subscribe','events':['dance']}  | unknown-event        | events/0       | health-check
          {'action':'subscribe','events':[]}         | invalid-field        | events         | leave it out
          {'action':'subscribe','events':'process'}  | invalid-field        | events         | list
          {'action':'subscribe','pools':[1]}         | invalid-field        | pools/0        | text
          {'action':'subscribe','pools':['']}        | invalid-field        | pools/0        | 1 to 256
          {'action':'subscribe','status':['fine']}   | unknown-status       | status/0       | degraded
          {'action':'subscribe','after':'yesterday'} | invalid-field        | after          | leave it out
          {'action':'subscribe','event':['process']} | unknown-field        | event          | not known
          {'action':'subscribe','requestId':{}}      | invalid-field        | requestId      | number
          {'action':'unsubscribe','subscription':'7'}| unknown-subscription | subscription   | no subscription
          {'action':'subscribe'                      | invalid-json         |                | JSON
          []                                         | invalid-json         |                | subscribe
          {'action':'subscribe','action':'subscribe'}| invalid-json         |                | JSON
          [[[[[[[[[[[[]]]]]]]]]]]]                   | invalid-json         |                | JSON
          """)
  void whatCantBeHeededIsAnsweredWithTheFieldAndTheWayOut(
      String message, String code, String field, String hint) throws Exception {
    try (McpSocket socket = new McpSocket(registry, STREAM)) {
      socket.send(message);
      JsonNode error = next(socket, "error");
      assertThat(error.get("code").asText()).isEqualTo(code);
      assertThat(error.path("field").asText(null)).isEqualTo(field);
      assertThat(error.get("message").asText()).contains(hint);
      socket.send("{'action':'subscribe'}"); // It stays open.
      next(socket, "subscribed");
    }
  }

  @Test
  void moreSubscriptionsThanAllowedAreRefusedUntilOneIsGivenUp() throws Exception {
    try (McpSocket socket = new McpSocket(registry, STREAM)) {
      for (int i = 0; i < 4; i++) {
        socket.send("{'action':'subscribe','requestId':" + i + "}");
      }
      JsonNode error = next(socket, "error");
      assertThat(error.get("code").asText()).isEqualTo("too-many-subscriptions");
      assertThat(error.get("requestId").asInt()).isEqualTo(3);
      socket.send("{'action':'unsubscribe','subscription':'2'}");
      socket.send("{'action':'subscribe','requestId':'again'}");
      socket.next(m ->
          m.path("type").asText().equals("subscribed")
              && m.path("requestId").asText().equals("again"));
    }
  }

  @Test
  void withoutAKeyOrFromAForeignPageOrWithoutAnUpgradeThereIsNoStream() throws Exception {
    for (String path : List.of(STREAM, "/registry/events")) {
      assertThat(registry.send(registry.request(path)).status()).isEqualTo(401);
      assertThat(
              registry
                  .send(
                      registry
                          .request(path)
                          .header("Authorization", "Bearer " + registry.key())
                          .header("Origin", "http://evil.example"))
                  .status())
          .isEqualTo(403);
    }
    assertThat(registry.send("GET", STREAM, "").body().get("type").asText())
        .isEqualTo("urn:mcp-registry:problem:upgrade-required");
    assertThat(registry.send("POST", "/registry/events", "{}").status()).isEqualTo(405);
  }
}
