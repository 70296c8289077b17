package io.bluefly.registry.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.Conformance;
import io.bluefly.registry.testkit.Conformance.Result;
import io.bluefly.registry.testkit.ExpectedFailures;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The official suite, directly: what it says of the registry is then about the registry alone. */
class ServerConformanceIT {
  @ParameterizedTest
  @CsvSource({"MODERN, 2026-07-28", "BOTH, 2026-07-28", "LEGACY, 2025-11-25", "BOTH, 2025-11-25"})
  void passesEveryScenario(Era era, String requirementSet) throws Exception {
    try (TestServer server = TestServer.start(era, Transport.HTTP)) {
      Map<String, Result> results = Conformance.server(server.url(), requirementSet);

      ExpectedFailures.none().check(results);
      assertThat(results)
          .hasSizeGreaterThan(30)
          .allSatisfy((_, result) -> {
            assertThat(result.failures()).isEmpty();
            assertThat(result.warnings()).isEmpty();
          });
    }
  }
}
