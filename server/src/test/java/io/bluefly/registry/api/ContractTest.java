package io.bluefly.registry.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.api.Contract.Described;
import io.bluefly.registry.api.Contract.Parameter;
import io.bluefly.registry.security.Principal;
import io.vertx.core.MultiMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Schemas are compiled when they are first needed: that all can be is seen here. */
class ContractTest {
  private static final Contract CONTRACT = Contract.read();

  static Stream<Described> operations() {
    return CONTRACT.operations().stream();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void everySchemaChecks(Described operation) {
    Map<String, String> path = new HashMap<>();
    MultiMap query = MultiMap.caseInsensitiveMultiMap();
    for (Parameter parameter : operation.parameters()) {
      if (parameter.in().equals("path")) {
        path.put(parameter.name(), "");
      } else {
        query.add(parameter.name(), "");
      }
    }
    Set<String> types = new LinkedHashSet<>(operation.bodies().keySet());
    types.add(""); // Operations without a body.
    for (String type : types) {
      assertThat(statusOf(operation, path, query, type)).isIn(200, 400, 415);
    }
  }

  /** Any exception but a problem is a schema that can't be used. */
  private static int statusOf(
      Described operation, Map<String, String> path, MultiMap query, String type) {
    try {
      CONTRACT.check(
          operation, Principal.NOBODY, "127.0.0.1", path, query, type, "[]".getBytes(UTF_8));
      return 200;
    } catch (ProblemException e) {
      return e.problem().status();
    }
  }
}
