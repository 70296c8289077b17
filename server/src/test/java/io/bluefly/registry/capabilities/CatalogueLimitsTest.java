package io.bluefly.registry.capabilities;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.capabilities.Capability.Kind;
import org.junit.jupiter.api.Test;

/** What a server's catalogue may hold. */
class CatalogueLimitsTest {
  private final CatalogueLimits limits = new CatalogueLimits();

  @Test
  void whatIsTooLargeIsLeftOutAndToldInOneShortLine() {
    String largest = "x".repeat(CatalogueLimits.LONGEST_DEFINITION);
    assertThat(limits.take(Kind.TOOL, "n".repeat(256), largest)).isTrue();
    assertThat(limits.told("server")).isNull();
    assertThat(limits.take(Kind.RESOURCE, "e\u001b" + "n".repeat(9_000), largest + "x")).isFalse();
    assertThat(limits.take(Kind.TOOL, "n".repeat(257), "{}")).isFalse();
    assertThat(limits.take(Kind.PROMPT, "n".repeat(257), "{}")).isTrue();
    assertThat(limits.told("s\n".repeat(5_000)))
        .contains("2 in all", "e\\u001bnnn", "256 KiB", "16 MiB")
        .hasSizeLessThan(700)
        .doesNotContain("\n", "\u001b");
  }

  @Test
  void allTogetherHaveABoundToo() {
    String largest = "x".repeat(CatalogueLimits.LONGEST_DEFINITION);
    for (int i = 0; i < 64; i++) {
      assertThat(limits.take(Kind.TOOL, "t" + i, largest)).isTrue();
    }
    assertThat(limits.isFull()).isFalse();
    assertThat(limits.take(Kind.TOOL, "more", "{}")).isFalse();
    assertThat(limits.isFull()).isTrue();
  }
}
