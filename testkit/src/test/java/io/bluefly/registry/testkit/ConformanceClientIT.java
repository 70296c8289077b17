package io.bluefly.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bluefly.registry.testkit.Conformance.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceClientIT {
  @Test
  void tellsAGoodClientFromABadOne() throws Exception {
    List<String> good =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            InitializingClient.class.getName());

    Map<String, Result> results =
        Conformance.client(
            good, "2025-11-25", List.of("initialize"), Map.of("EXPECTED_SCENARIO", "initialize"));
    Map<String, Result> idle =
        Conformance.client(List.of("true"), "2025-11-25", List.of("initialize"), Map.of());

    assertThat(results)
        .hasEntrySatisfying("initialize", result -> assertThat(result.failures()).isEmpty());
    assertThat(idle)
        .hasEntrySatisfying("initialize", result -> assertThat(result.passed()).isFalse());
  }

  @Test
  void nothingIsLeftOfACommandThatTakesTooLong(@TempDir Path folder) throws Exception {
    List<String> command = List.of("sh", "-c", "sleep 600 & echo $! > child; echo waiting; wait");

    assertThatThrownBy(() -> ProcessGroup.run(command, Map.of(), folder, Duration.ofSeconds(2)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("waiting");

    long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
  }
}
