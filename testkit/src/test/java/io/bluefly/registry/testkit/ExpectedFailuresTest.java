package io.bluefly.registry.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.testkit.Conformance.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpectedFailuresTest {
  private static final Result PASSED = new Result(true, List.of(), List.of());
  private static final Result FAILED = new Result(true, List.of("wrong"), List.of());
  private static final Result UNSCORED = new Result(false, List.of("wrong"), List.of());

  @TempDir private Path folder;

  private ExpectedFailures listed(String lines) throws IOException {
    return ExpectedFailures.read(Files.writeString(folder.resolve("expected"), lines));
  }

  @Test
  void exactlyTheListedOnesMayFail() throws IOException {
    ExpectedFailures expected = listed("# known\nauth/x: not built yet # later\n\n");

    assertThatCode(() -> expected.check(Map.of("auth/x", FAILED, "a", PASSED, "b", UNSCORED)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> expected.check(Map.of("auth/x", FAILED, "a", FAILED)))
        .hasMessageContaining("a fails: [wrong]");
    assertThatThrownBy(() -> expected.check(Map.of("auth/x", PASSED)))
        .hasMessageContaining("auth/x passes now");
    assertThatThrownBy(() -> expected.check(Map.of())).hasMessageContaining("auth/x");
  }

  @Test
  void everyLineHasAReason() {
    assertThatThrownBy(() -> listed("auth/x")).hasMessageContaining("reason");
  }
}
