package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.it.ChaosPool.Kind;
import io.bluefly.registry.it.ChaosPool.Size;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Behaviour;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every type of event, provoked by what it tells of. */
class EventTypesIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder.resolve("data"),
            Map.of(
                "MCP_REGISTRY_UPSTREAM_RESTART_DELAY", "100ms",
                "MCP_REGISTRY_UPSTREAM_MAX_RESTART_DELAY", "500ms",
                "MCP_REGISTRY_UPSTREAM_IDLE_TIMEOUT", "0s",
                "MCP_REGISTRY_HEALTH_EJECTION_BASE_TIME", "8s"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static McpSocket subscribed(String filter) throws Exception {
    McpSocket socket = new McpSocket(registry, "/registry/stream");
    socket.send("{'action':'subscribe'" + filter + "}");
    socket.next(m -> m.path("type").asText().equals("subscribed"));
    return socket;
  }

  private static Predicate<JsonNode> of(String type, String field, String value) {
    return m -> m.path("type").asText().equals(type) && m.path(field).asText().equals(value);
  }

  @Test
  void theLifeOfAStdioServerIsToldFromRegistrationToItsEnd() throws Exception {
    try (McpSocket socket = subscribed(",'pools':['life']");
        McpSocket processes = subscribed(",'pools':['life'],'events':['process']")) {
      TinyServer server = TinyServer.register(registry, "life", "");
      JsonNode registered = socket.next(of("connection-registered", "name", "life"));
      assertThat(registered.get("connectionId").asText()).isEqualTo(server.id());
      assertThat(registered.get("status").asText()).isEqualTo("active");
      assertThat(registered.get("protocol").asText()).isEqualTo("stdio");
      assertThat(socket.next(of("process", "change", "started")).get("pid").asLong()).isPositive();
      JsonNode healthy = socket.next(of("health-check", "health", "healthy"));
      assertThat(healthy.get("before").asText()).isEqualTo("initializing");
      assertThat(healthy.get("cause").asText()).isEqualTo("server");
      JsonNode changed = socket.next(of("capability-changed", "connectionId", server.id()));
      assertThat(changed.get("kinds")).extracting(JsonNode::asText).containsExactly("tools");

      server.pid("pid");
      JsonNode call = socket.next(of("capability-request", "connectionId", server.id()));
      assertThat(call.get("method").asText()).isEqualTo("tools/call");
      assertThat(call.get("capability").asText()).isEqualTo("pid");
      assertThat(call.get("outcome").asText()).isEqualTo("ok");
      assertThat(call.get("latency").asDouble()).isPositive();
      assertThat(call.get("pool").asText()).isEqualTo("life");

      server.call("die");
      assertThat(socket.next(of("capability-request", "capability", "die")).get("outcome").asText())
          .isEqualTo("failed");
      processes.next(of("process", "change", "started"));
      assertThat(processes.next(of("process", "change", "exited")).get("how").asText())
          .isEqualTo("exited with code 3");
      processes.next(of("process", "change", "started"));

      registry.send("PATCH", "/connections/" + server.id(), "{\"weight\":3,\"capacity\":5}");
      JsonNode updated = socket.next(of("connection-updated", "connectionId", server.id()));
      assertThat(updated.get("changed"))
          .extracting(JsonNode::asText)
          .containsExactly("capacity", "weight");
      assertThat(updated.get("reopened").asBoolean()).isFalse();

      registry.send("DELETE", "/connections/" + server.id(), "");
      socket.next(of("connection-status", "status", "disconnected"));
    }
  }

  @Test
  void aCrashLoopAndItsEndAreTold() throws Exception {
    Path cure = folder.resolve("cure");
    try (McpSocket socket = subscribed(",'pools':['loops'],'events':['process','health-check']")) {
      TinyServer server =
          TinyServer.register(registry, "loops", "", "dies-unless", cure.toString());
      JsonNode ill = socket.next(of("health-check", "health", "unhealthy"));
      assertThat(ill.get("reason").asText()).isEqualTo("exited");
      assertThat(ill.get("message").asText()).isNotEmpty();
      JsonNode loop = socket.next(of("process", "change", "crash-loop"));
      assertThat(loop.get("reason").asText()).isEqualTo("exited");
      assertThat(loop.get("connectionId").asText()).isEqualTo(server.id());
      Files.createFile(cure);
      socket.next(of("health-check", "health", "degraded")); // It has flapped.
    }
  }

  @Test
  void eachCheckIsToldAlsoWhenNothingHasChanged() throws Exception {
    TinyServer server =
        TinyServer.register(
            registry, "checked", ", \"healthCheck\": {\"interval\": 1, \"timeout\": 1000}");
    Eventually.healthy(registry, server.id());
    try (McpSocket socket = subscribed(",'pools':['checked'],'status':['healthy']")) {
      for (int i = 0; i < 2; i++) {
        JsonNode check = socket.next(of("health-check", "cause", "check"));
        assertThat(check.get("health").asText()).isEqualTo("healthy");
        assertThat(check.get("before").asText()).isEqualTo("healthy");
        assertThat(check.has("responseTime")).isTrue();
      }
    }
  }

  @Test
  void anEjectionItsReturnAndTheAdviceThatFollowsAreTold() throws Exception {
    try (ChaosPool pool =
            new ChaosPool(registry, folder.resolve("pool"), Kind.HTTP_MODERN, new Size(2, 20, 1));
        McpSocket socket = subscribed(",'events':['ejection','recommendation']")) {
      String id = pool.id("member-1");
      pool.behave("member-1", Behaviour.GARBAGE);
      RawClient client = RawClient.ofConnection(registry, id);
      for (int i = 0; i < 30; i++) {
        client.callModern("read_counter", "{\"key\":\"k\"}");
      }
      JsonNode ejected = socket.next(of("ejection", "change", "ejected"));
      assertThat(ejected.get("connectionId").asText()).isEqualTo(id);
      assertThat(ejected.get("pool").asText()).isEqualTo("chaos");
      assertThat(ejected.get("whole").asBoolean()).isTrue();
      assertThat(ejected.get("until").asText()).endsWith("Z");
      JsonNode advice = socket.next(of("recommendation", "change", "given"));
      assertThat(advice.get("action").asText()).isEqualTo("replace");
      assertThat(advice.get("connectionId").asText()).isEqualTo(id);
      assertThat(advice.get("connectionIds").get(0).asText()).isEqualTo(id);
      assertThat(advice.get("reason").asText()).contains("member-1");
      socket.next(of("ejection", "change", "returned"));
    }
  }

  @Test
  void adviceForAPoolWithALoadedAndAnIdleServerIsToldAndThatItIsOver() throws Exception {
    String pool = ", \"pool\": \"uneven\", \"capacity\": 10";
    TinyServer loaded = TinyServer.register(registry, "loaded", pool);
    TinyServer idle = TinyServer.register(registry, "idle", pool);
    Eventually.healthy(registry, loaded.id());
    Eventually.healthy(registry, idle.id());
    try (McpSocket socket = subscribed(",'pools':['uneven'],'events':['recommendation']")) {
      reportInFlight(loaded, 9);
      JsonNode given = socket.next(of("recommendation", "change", "given"));
      assertThat(given.get("action").asText()).isEqualTo("rebalance");
      assertThat(given.get("pool").asText()).isEqualTo("uneven");
      assertThat(given.get("connectionId").asText()).isEqualTo(loaded.id());
      assertThat(given.get("connectionIds"))
          .extracting(JsonNode::asText)
          .containsExactly(loaded.id());
      assertThat(given.get("suggestedConnections").asInt()).isZero();
      assertThat(given.get("reason").asText()).contains("on 1 instances while 1 have less");

      reportInFlight(loaded, 0);
      Eventually.until(
          () -> socket.unread().stream().anyMatch(of("recommendation", "change", "over")));
    }
  }

  /** As a client that calls the server directly does. */
  private static void reportInFlight(TinyServer server, int calls) throws Exception {
    var answer =
        registry.send(
            "POST",
            "/connections/" + server.id() + "/usage",
            "{\"inFlight\":" + calls + ",\"requests\":0,\"errors\":0}");
    assertThat(answer.status()).as("%s", answer.body()).isLessThan(300);
  }
}
