package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.Conformance;
import io.bluefly.registry.testkit.Conformance.Result;
import io.bluefly.registry.testkit.ExpectedFailures;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The official suite through the registry. The upstream passes all of it directly, so what fails
 * here is the registry's.
 */
class ConformanceIT {
  private static final String MODERN = "2026-07-28";
  private static final String LEGACY = "2025-11-25";

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

  /** Where clients go. */
  enum At {
    CONNECTION,
    POOL
  }

  @ParameterizedTest
  @CsvSource({
    "MODERN, HTTP, CONNECTION", "MODERN, HTTP, POOL", "MODERN, STDIO, CONNECTION",
    "MODERN, STDIO, POOL", "MODERN, WEBSOCKET, CONNECTION", "LEGACY, HTTP, CONNECTION",
    "LEGACY, HTTP, POOL", "LEGACY, STDIO, CONNECTION", "LEGACY, STDIO, POOL",
    "LEGACY, WEBSOCKET, CONNECTION", "LEGACY, SSE, CONNECTION",
  })
  void clientsOfTheServersEraMissNothing(Era era, Transport transport, At at) throws Exception {
    everythingPasses(run(era == Era.MODERN ? MODERN : LEGACY, era, transport, at));
  }

  @ParameterizedTest
  @CsvSource({"HTTP, CONNECTION", "HTTP, POOL", "STDIO, CONNECTION"})
  void legacyClientsMissNothingOfAModernServer(Transport transport, At at) throws Exception {
    everythingPasses(run(LEGACY, Era.MODERN, transport, at));
  }

  @ParameterizedTest
  @CsvSource({"HTTP, CONNECTION", "HTTP, POOL"})
  void modernClientsMissOfALegacyServerWhatIsListed(
      Transport transport, At at, TestReporter reporter) throws Exception {
    Map<String, Result> results = run(MODERN, Era.LEGACY, transport, at);

    assertThat(results).hasSizeGreaterThan(30);
    results.forEach((name, result) -> {
      if (!result.required() && !result.passed()) {
        reporter.publishEntry("not required: " + name, result.failures().toString());
      }
    });
    expected("2026-07-28-on-legacy.txt").check(results);
  }

  private static void everythingPasses(Map<String, Result> results) {
    ExpectedFailures.none().check(results);
    assertThat(results)
        .hasSizeGreaterThan(30)
        .allSatisfy((_, result) -> {
          assertThat(result.failures()).isEmpty();
          assertThat(result.warnings()).isEmpty();
        });
  }

  private static ExpectedFailures expected(String file) throws Exception {
    return ExpectedFailures.read(
        Path.of(
            Objects.requireNonNull(ConformanceIT.class.getResource("/conformance/" + file))
                .toURI()));
  }

  private static Map<String, Result> run(String set, Era era, Transport transport, At at)
      throws Exception {
    String name = "conformance-" + set + "-" + era + "-" + transport + "-" + at;
    if (transport == Transport.STDIO) {
      return run(set, name, TestServers.stdio(registry, name, era), at);
    }
    try (TestServer server = TestServer.start(era, transport)) {
      return run(set, name, TestServers.network(registry, name, server), at);
    }
  }

  private static Map<String, Result> run(String set, String pool, String id, At at)
      throws Exception {
    String url =
        switch (at) {
          case CONNECTION -> registry.mcp(id);
          case POOL -> registry.url() + "/pools/" + pool + "/mcp";
        };
    try {
      return Conformance.server(URI.create(url), set);
    } finally {
      registry.send("DELETE", "/connections/" + id, "");
    }
  }
}
