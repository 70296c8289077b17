package io.bluefly.registry.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The required scenarios that are known to fail, each with its reason: a file of lines {@code
 * scenario: reason}, and comments after {@code #}. It may name neither too few nor too many.
 */
public final class ExpectedFailures {
  private final Map<String, String> reasons;

  private ExpectedFailures(Map<String, String> reasons) {
    this.reasons = reasons;
  }

  /** No scenario may fail. */
  public static ExpectedFailures none() {
    return new ExpectedFailures(Map.of());
  }

  /** Reads a file; fails on a line without a reason. */
  public static ExpectedFailures read(Path file) throws IOException {
    Map<String, String> reasons = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      String text = line.replaceFirst("#.*", "").strip();
      if (!text.isEmpty()) {
        int colon = text.indexOf(": ");
        if (colon < 1) {
          throw new IllegalArgumentException(file + ": 'scenario: reason' expected: " + text);
        }
        reasons.put(text.substring(0, colon), text.substring(colon + 1).strip());
      }
    }
    return new ExpectedFailures(reasons);
  }

  /** Fails unless exactly these of the required scenarios have failed. */
  public void check(Map<String, Conformance.Result> results) {
    Map<String, Conformance.Result> failed = new TreeMap<>(results);
    failed.values().removeIf(result -> !result.required() || result.passed());
    if (failed.keySet().equals(reasons.keySet())) {
      return;
    }
    Set<String> tooMany = new TreeSet<>(reasons.keySet());
    tooMany.removeAll(failed.keySet());
    failed.keySet().removeAll(reasons.keySet());
    throw new AssertionError(
        failed.entrySet().stream()
                .map(entry -> entry.getKey() + " fails: " + entry.getValue().failures())
                .collect(Collectors.joining("\n"))
            + tooMany.stream()
                .map(name -> "\n" + name + " passes now (or is not run): remove it from the list")
                .collect(Collectors.joining()));
  }
}
