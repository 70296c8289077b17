package io.bluefly.registry.capabilities;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExposedNamesTest {
  @Test
  void aNameBeginsWithItsPool() {
    assertThat(ExposedNames.of("files", "read")).isEqualTo("files__read");
  }

  @Test
  void whatIsTooLongIsCutAndGetsAHashThatIsAlwaysTheSame() {
    String one = ExposedNames.of("p".repeat(40), "tool-with-a-long-name-number-1");
    String two = ExposedNames.of("p".repeat(40), "tool-with-a-long-name-number-2");

    assertThat(one).hasSize(ExposedNames.MAX_LENGTH).startsWith("p".repeat(40) + "__tool");
    assertThat(one).isNotEqualTo(two);
    assertThat(ExposedNames.of("p".repeat(40), "tool-with-a-long-name-number-1")).isEqualTo(one);
    assertThat(one).matches("[A-Za-z0-9_.-]+");
  }

  @Test
  void namesWhoseBoundaryIsUnclearAreToldApart() {
    assertThat(ExposedNames.of("files", "_echo")).isNotEqualTo(ExposedNames.of("files_", "echo"));
  }

  @Test
  void sixtyFourCharactersAreNotTooLong() {
    assertThat(ExposedNames.of("pool", "x".repeat(58))).isEqualTo("pool__" + "x".repeat(58));
  }
}
