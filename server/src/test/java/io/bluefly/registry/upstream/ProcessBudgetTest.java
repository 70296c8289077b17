package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Places for processes. */
class ProcessBudgetTest {
  private final ProcessBudget budget = new ProcessBudget(2);

  @Test
  void onlySoManyPlacesAreGivenAndEachIsGivenBackOnce() throws Exception {
    ProcessBudget.Place first = budget.take();
    budget.take();
    assertThatThrownBy(budget::take)
        .isInstanceOfSatisfying(
            UpstreamException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.PROCESS_BUDGET))
        .hasMessageContaining("upstream.max-processes");
    first.giveBack();
    first.giveBack();
    assertThat(budget.taken()).isEqualTo(1);
    budget.take();
    assertThatThrownBy(budget::take).isInstanceOf(UpstreamException.class);
  }
}
