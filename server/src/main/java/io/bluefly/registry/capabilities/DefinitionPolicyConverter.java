package io.bluefly.registry.capabilities;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.Converter;

/** Reads the policy of a setting; YAML makes {@code false} of an {@code off} without quotes. */
public final class DefinitionPolicyConverter implements Converter<DefinitionPolicy> {
  @Override
  public DefinitionPolicy convert(String text) {
    String wanted = text.strip().equals("false") ? DefinitionPolicy.OFF.wire() : text.strip();
    return Arrays.stream(DefinitionPolicy.values())
        .filter(policy -> policy.wire().equals(wanted))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("must be one of " + names()));
  }

  private static String names() {
    return Arrays.stream(DefinitionPolicy.values())
        .map(DefinitionPolicy::wire)
        .collect(Collectors.joining(", "));
  }
}
