package io.bluefly.registry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.metrics.Outcome;
import org.junit.jupiter.api.Test;

/** What is kept of a call that has ended. */
class CapabilityRequestTest {
  @Test
  void whatAClientNamesIsCut() {
    CapabilityRequest request =
        new CapabilityRequest("c", "p", "m".repeat(300), "t".repeat(5000), Outcome.OK, 1, 1);
    assertThat(request.fields())
        .containsEntry("method", "m".repeat(255) + "…")
        .containsEntry("capability", "t".repeat(255) + "…");
  }
}
