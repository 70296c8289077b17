package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.Conformance;
import io.bluefly.registry.testkit.Conformance.Result;
import io.bluefly.registry.testkit.ExpectedFailures;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The official suite's servers behind the registry: what it demands of clients is demanded of the
 * upstream side, with a client of the server's era, and with one of the other, for which the
 * registry must do by itself what its client does not know. The rest of the suite's requirements is
 * authorization, which the registry has no part in as a client.
 */
class UpstreamConformanceIT {
  private static final List<String> MODERN =
      List.of(
          "tools_call",
          "request-metadata",
          "http-standard-headers",
          "http-custom-headers",
          "http-invalid-tool-headers",
          "sep-2322-client-request-state",
          "json-schema-ref-no-deref");
  private static final List<String> LEGACY =
      List.of("initialize", "tools_call", "sse-retry", "elicitation-sep1034-client-defaults");

  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder, Map.of("MCP_REGISTRY_AUTH", "false"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"modern", "legacy"})
  void modernServersAreServedAsTheyMust(String clientEra) throws Exception {
    everythingPasses(run(clientEra, "2026-07-28", MODERN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "modern"})
  void legacyServersAreServedAsTheyMust(String clientEra) throws Exception {
    everythingPasses(run(clientEra, "2025-11-25", LEGACY));
  }

  private static Map<String, Result> run(String clientEra, String version, List<String> scenarios)
      throws Exception {
    return Conformance.client(
        List.of("node", Npm.script("conformance-driver.mjs"), clientEra),
        version,
        scenarios,
        Map.of("REGISTRY_URL", registry.url()));
  }

  private static void everythingPasses(Map<String, Result> results) {
    ExpectedFailures.none().check(results);
    assertThat(results)
        .isNotEmpty()
        .allSatisfy((_, result) -> assertThat(result.warnings()).isEmpty());
  }
}
