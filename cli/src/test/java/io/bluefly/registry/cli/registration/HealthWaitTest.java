package io.bluefly.registry.cli.registration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.cli.http.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HealthWaitTest {
  private final ManualPace pace = new ManualPace();

  @Test
  void waitsUntilTheHealthIsKnown() {
    JsonNode last =
        await(
            connection("initializing", 0),
            connection("initializing", 0),
            connection("degraded", 0));

    assertThat(HealthWait.health(last)).isEqualTo("degraded");
    assertThat(pace.instant()).isEqualTo(Instant.EPOCH.plusMillis(200));
  }

  @Test
  void waitsForTheCapabilitiesOfAHealthyServer() {
    JsonNode last =
        await(connection("healthy", 0), connection("healthy", 0), connection("healthy", 2));

    assertThat(last.path("capabilities")).hasSize(2);
  }

  @Test
  void aServerWithoutCapabilitiesIsWaitedForThreeSeconds() {
    assertThat(HealthWait.isHealthy(await(connection("healthy", 0)))).isTrue();
    assertThat(pace.instant()).isEqualTo(Instant.EPOCH.plusSeconds(3));
  }

  @Test
  void givesUpAfterTheLimit() {
    assertThat(HealthWait.health(await(connection("initializing", 0)))).isEqualTo("initializing");
    assertThat(pace.instant()).isEqualTo(Instant.EPOCH.plus(HealthWait.LIMIT));
  }

  /** Looks see {@code states} one after the other, and then the last again. */
  private JsonNode await(JsonNode... states) {
    List<JsonNode> left = new ArrayList<>(List.of(states));
    return new HealthWait(() -> left.size() > 1 ? left.removeFirst() : left.getFirst(), pace)
        .await();
  }

  private static JsonNode connection(String health, int capabilities) {
    var json = Json.object();
    json.putObject("health").put("status", health);
    var list = json.putArray("capabilities");
    for (int i = 0; i < capabilities; i++) {
      list.addObject();
    }
    return json;
  }
}
