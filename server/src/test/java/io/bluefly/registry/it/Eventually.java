package io.bluefly.registry.it;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionFactory;

/** What comes about in its own time. */
final class Eventually {
  private Eventually() {}

  static ConditionFactory soon() {
    return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
  }

  /** The connection's details once it is healthy and its catalogue has been read. */
  static JsonNode healthy(RegistryProcess registry, String id) {
    return soon()
        .until(
            () -> registry.connection(id),
            c ->
                c.at("/health/status").asText().equals("healthy")
                    && c.at("/capabilities/0/verified").asBoolean());
  }

  /** The connection's details once its status is {@code status}. */
  static JsonNode status(RegistryProcess registry, String id, String status) {
    return soon()
        .until(() -> registry.connection(id), c -> c.path("status").asText().equals(status));
  }

  static void until(Callable<Boolean> condition) {
    soon().until(condition);
  }
}
