package io.bluefly.registry.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Limits of processes. */
class ProcessLimitsTest {
  @Test
  void theStricterOfTwoHoldsEachForItself() {
    ProcessLimits one = new ProcessLimits(100, 50, null);
    assertThat(one.and(new ProcessLimits(200, 20, 30))).isEqualTo(new ProcessLimits(100, 20, 30));
    assertThat(ProcessLimits.NONE.and(one)).isEqualTo(one);
  }

  @Test
  void withoutPrlimitWhatIsToHaveLimitsIsNotStarted() throws Exception {
    List<Path> nowhere = List.of(Path.of("/no/such/prlimit"));
    assertThat(ProcessLimits.NONE.around(List.of("a"), nowhere)).containsExactly("a");
    assertThatThrownBy(() -> new ProcessLimits(64, null, null).around(List.of("a"), nowhere))
        .isInstanceOf(CommandRefusedException.class)
        .hasMessageContaining("util-linux");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aProcessHasTheLimitsAndCanNotRaiseThem() throws Exception {
    String script = "ulimit -d; ulimit -t; ulimit -n; ulimit -Hd; ulimit -Ht; ulimit -Hn";
    List<String> command = new ProcessLimits(64, 20, 30).around(List.of("/bin/sh", "-c", script));
    Process process = new ProcessBuilder(command).start();
    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8).split("\n"))
        .containsExactly("65536", "20", "30", "65536", "20", "30");
  }
}
