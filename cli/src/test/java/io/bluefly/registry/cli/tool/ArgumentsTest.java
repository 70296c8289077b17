package io.bluefly.registry.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.cli.http.CliException;
import io.bluefly.registry.cli.http.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArgumentsTest {
  private static final String SCHEMA =
      """
      {
        "type": "object",
        "properties": {
          "text": {"type": "string"},
          "count": {"type": "integer"},
          "ratio": {"type": "number"},
          "flag": {"type": "boolean"},
          "list": {"type": "array"},
          "map": {"type": "object"},
          "either": {"type": ["integer", "null"]},
          "any": {},
          "loose": {"anyOf": [{"type": "number"}, {"type": "string"}]},
          "edit": {"$ref": "#/$defs/edit"},
          "level": {"enum": ["low", "high"]},
          "loop": {"$ref": "#/properties/loop"}
        },
        "$defs": {"edit": {"type": "object"}}
      }
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "text   | 12               | \"12\"",
        "text   | {\"a\": 1}       | \"{\\\"a\\\": 1}\"",
        "count  | -12              | -12",
        "count  | 9007199254740993 | 9007199254740993",
        "ratio  | 1.50             | 1.50",
        "flag   | true             | true",
        "list   | [1, \"a\"]       | [1,\"a\"]",
        "map    | {\"a\": null}    | {\"a\":null}",
        "either | 3                | 3",
        "either | null             | null",
        "any    | 12               | \"12\"",
        "absent | 12               | \"12\"",
        "loose  | 12               | 12",
        "loose  | twelve           | \"twelve\"",
        "edit   | {}               | {}",
        "level  | low              | \"low\"",
        "loop   | x                | \"x\"",
      })
  void textBecomesWhatTheSchemaAsksFor(String name, String text, String expected) {
    assertThat(Json.compact(typed(name, text))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "count  | 1.5   | an integer",
        "count  | 007   | an integer",
        "ratio  | many  | a number",
        "flag   | yes   | true or false",
        "list   | a, b  | a JSON array",
        "map    | [1]   | a JSON object",
        "either | x     | an integer or null",
        "count  | 1 2   | an integer",
      })
  void whatDoesNotFitIsNamed(String name, String text, String wanted) {
    assertThatThrownBy(() -> typed(name, text))
        .isInstanceOfSatisfying(
            CliException.class,
            e -> {
              assertThat(e.exitCode()).isEqualTo(CliException.USAGE);
              assertThat(e.sentence())
                  .isEqualTo("Argument '" + name + "' must be " + wanted + ", not '" + text + "'.");
            });
  }

  @Test
  void namedArgumentsJoinTheJsonOnes() throws JsonProcessingException {
    JsonNode all =
        Arguments.of("{\"a\": 1, \"count\": 1}", Map.of("count", "2"), Json.parse(SCHEMA));

    assertThat(Json.compact(all)).isEqualTo("{\"a\":1,\"count\":2}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"[1]", "{", "text"})
  void allArgumentsMustBeAnObject(String json) {
    assertThatThrownBy(() -> Arguments.of(json, Map.of(), Json.object()))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("--args must be a JSON object");
  }

  private static JsonNode typed(String name, String text) {
    try {
      return Arguments.of(null, Map.of(name, text), Json.parse(SCHEMA)).path(name);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
