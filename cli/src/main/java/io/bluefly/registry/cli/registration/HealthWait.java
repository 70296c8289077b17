package io.bluefly.registry.cli.registration;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Waits until it is known how a new connection is.
 *
 * @param look asks for the connection in full
 */
public record HealthWait(Supplier<? extends JsonNode> look, Pace pace) {
  /** Longer than the registry takes to give up on a server. */
  public static final Duration LIMIT = Duration.ofSeconds(60);

  /** The catalogue is read when the server is healthy; one may be empty. */
  private static final Duration CATALOGUE = Duration.ofSeconds(3);

  private static final Duration STEP = Duration.ofMillis(100);

  /** The connection when its health is known, or after {@link #LIMIT}. */
  public JsonNode await() {
    JsonNode connection = until(c -> !health(c).equals("initializing"), LIMIT);
    return isHealthy(connection)
        ? until(c -> !c.path("capabilities").isEmpty(), CATALOGUE)
        : connection;
  }

  private JsonNode until(Predicate<JsonNode> known, Duration limit) {
    Instant end = pace.instant().plus(limit);
    JsonNode connection = look.get();
    while (!known.test(connection) && pace.instant().isBefore(end)) {
      pace.pause(STEP);
      connection = look.get();
    }
    return connection;
  }

  /** The status of a connection's health. */
  public static String health(JsonNode connection) {
    return connection.path("health").path("status").asText();
  }

  /** Whether the server works. */
  public static boolean isHealthy(JsonNode connection) {
    return health(connection).equals("healthy");
  }
}
