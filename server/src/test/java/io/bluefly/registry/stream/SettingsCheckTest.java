package io.bluefly.registry.stream;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.events.EventInbox;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings with which no stream of events would work keep the registry from starting. */
class SettingsCheckTest {
  private static void start(Map<String, String> settings) {
    new EventStreams(new EventInbox(), TestSettings.of(settings), InstantSource.system()).close();
  }

  @ParameterizedTest
  @CsvSource({
    "replay, 0, 1",
    "max-subscribers, 0, 1",
    "max-subscriptions, 0, 1",
    "max-frame-rate, 0, 1",
    "max-backlog, 65535, 65536",
    "collect, 0s, 1ms",
    "heartbeat, 999ms, 1s",
    "heartbeat, 23s, 22s"
  })
  void theFirstThatIsOutOfRangeIsNamed(String name, String wrong, String right) {
    assertThatThrownBy(() -> start(Map.of(name, wrong)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("The setting mcp-registry.events." + name + " must be ");
    assertThatCode(() -> start(Map.of(name, right))).doesNotThrowAnyException();
  }

  @Test
  void theDefaultsAreRight() {
    assertThatCode(() -> start(Map.of())).doesNotThrowAnyException();
  }
}
