package io.bluefly.registry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SentCallTest {
  private final List<String> told = new ArrayList<>();
  private final SentCall call = new SentCall();

  @Test
  void whatIsCancelledBeforeItIsSentIsGivenUpAtOnce() {
    call.cancel();
    call.goesOn(() -> told.add("cancelled"));
    assertThat(told).containsExactly("cancelled");
  }

  @Test
  void whatGoesOnIsGivenUpWhenItIsCancelled() {
    call.goesOn(() -> told.add("cancelled"));
    assertThat(told).isEmpty();
    call.cancel();
    assertThat(told).containsExactly("cancelled");
  }
}
