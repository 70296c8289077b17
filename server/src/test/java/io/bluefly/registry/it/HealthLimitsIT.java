package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import io.bluefly.registry.testkit.server.Era;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a connection counts as unhealthy is the registry's setting, or the connection's own. */
class HealthLimitsIT {
  private static final int DEFAULT_UNHEALTHY_AFTER = 3;

  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  /** A server that writes and never reads. */
  private static String deaf(String name, String check) throws Exception {
    return TinyServer.register(
            registry,
            name,
            ", \"healthCheck\": {\"interval\": 1, \"timeout\": 100" + check + "}",
            "deaf")
        .id();
  }

  private static JsonNode health(String id) throws Exception {
    return registry.connection(id).get("health");
  }

  private static Answer patch(String id, String check) throws Exception {
    return registry.send("PATCH", "/connections/" + id, "{\"healthCheck\": " + check + "}");
  }

  @Test
  void aConnectionsOwnLimitsHoldUntilTheyAreTakenAway() throws Exception {
    String id = deaf("patient", ", \"unhealthyAfter\": 100");
    Eventually.until(() -> health(id).get("failedChecks").asInt() > DEFAULT_UNHEALTHY_AFTER);
    assertThat(health(id).get("status").asText()).isNotEqualTo("unhealthy");
    assertThat(registry.connection(id).at("/healthCheck/unhealthyAfter").asInt()).isEqualTo(100);

    assertThat(patch(id, "{\"unhealthyAfter\": null}").status()).isEqualTo(200);
    assertThat(registry.connection(id).get("healthCheck").has("unhealthyAfter")).isFalse();
    Eventually.until(() -> health(id).get("status").asText().equals("unhealthy"));
  }

  @Test
  void callsThatComeToErrorsDegrade() throws Exception {
    String registration =
        TestServers.stdioRegistration("erring", Era.MODERN)
            .replace("}}", "}, \"healthCheck\": {\"interval\": 1}}");
    String id = registry.register(registration);
    Eventually.healthy(registry, id);
    RawClient client = RawClient.ofConnection(registry, id);
    for (int i = 0; i < 20; i++) {
      client.callModern("fail", "{}");
    }
    Eventually.until(() -> health(id).get("status").asText().equals("degraded"));
    assertThat(health(id).get("message").asText()).contains("% of the last", "came to errors");
    for (int i = 0; i < 70; i++) {
      assertThat(client.callModern("echo", "{}").status()).isEqualTo(200);
    }
    Eventually.until(() -> health(id).get("status").asText().equals("healthy"));
  }

  @Test
  void theyAreToldAndExported() throws Exception {
    String limits = "\"slowAfter\":1,\"degradedAfter\":5,\"unhealthyAfter\":6,\"recoveredAfter\":7";
    String kept = "{\"enabled\":true,\"interval\":1,\"timeout\":100," + limits + "}";
    String id = deaf("kept", "," + limits);
    assertThat(registry.connection(id).get("healthCheck").toString()).isEqualTo(kept);
    assertThat(registry.get("/registry/export").toString()).contains(limits);
  }

  @Test
  void whatIsOutOfRangeIsNamed() throws Exception {
    String id = deaf("bad", "");
    Answer answer = patch(id, "{\"recoveredAfter\": 0}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().get("detail").asText()).contains("recoveredAfter");
  }
}
