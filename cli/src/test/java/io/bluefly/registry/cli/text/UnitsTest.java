package io.bluefly.registry.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UnitsTest {
  @ParameterizedTest
  @CsvSource({"0, 0 s", "59, 59 s", "185, 3 m 5 s", "7800, 2 h 10 m", "356400, 4 d 3 h"})
  void uptimeIsReadable(long seconds, String expected) {
    assertThat(Units.uptime(seconds)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"0, 0 %", "0.25, 25 %", "0.125, 12.5 %", "1, 100 %"})
  void sharesArePercents(double share, String expected) {
    assertThat(Units.percent(share)).isEqualTo(expected);
  }

  @Test
  void nounsHaveTheirPlural() {
    assertThat(Units.count(1, "tool")).isEqualTo("1 tool");
    assertThat(Units.count(0, "tool")).isEqualTo("0 tools");
  }
}
