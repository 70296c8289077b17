package io.bluefly.registry.capabilities;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What changes a definition's hash, and what does not. */
class DefinitionHashTest {
  private static final String TOOL =
      """
      {"name": "read_file", "title": "Read", "description": "Reads a file",
       "inputSchema": {"type": "object", "properties": {"path": {"type": "string"}},
         "required": ["path", "x"]},
       "outputSchema": {"type": "object", "maxProperties": 10},
       "annotations": {"readOnlyHint": true}, "icons": [{"src": "data:,"}],
       "_meta": {"version": 1}}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':1,'b':{'c':2,'d':3}}|{ 'b' : {'d':3,\t'c':2},'a':1}",
        "{'a':'é'}|{'a':'\\u00e9'}",
        "{'a':'\\/'}|{'a':'/'}",
        "{'a':100}|{'a':1e2}",
        "{'a':1}|{'a':1.0}",
        "{'a':0}|{'a':-0.00}",
        "{'a':1}|{'a':1,'_meta':{'x':1}}",
      })
  void theSameWrittenOtherwiseHasTheSameHash(String one, String other) {
    assertThat(hash(one)).isEqualTo(hash(other)).hasSize(64);
  }

  private static String hash(String json) {
    return DefinitionHash.of(json.replace('\'', '"'));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "read_file",
        "\"Read\"",
        "Reads",
        "inputSchema",
        "{\"path\"",
        "\"string\"",
        "[\"path\", \"x\"]",
        "10",
        "true",
        "data:,",
        "annotations"
      })
  void everyOtherDifferenceIsAnotherHash(String part) {
    String changed =
        switch (part) {
          case "10" -> TOOL.replace("10", "11");
          case "true" -> TOOL.replace("true", "false");
          case "[\"path\", \"x\"]" -> TOOL.replace(part, "[\"x\", \"path\"]");
          default -> TOOL.replace(part, part.charAt(0) + "X" + part.substring(1));
        };
    assertThat(changed).isNotEqualTo(TOOL);
    assertThat(DefinitionHash.of(changed)).isNotEqualTo(DefinitionHash.of(TOOL));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':'1'}|{'a':1}",
        "{'a':null}|{}",
        "{'a':[]}|{'a':{}}",
        "{'a':'é'}|{'a':'e\u0301'}",
        "{'a':{'_meta':1}}|{'a':{}}",
        "{'a':['b,','c']}|{'a':['b',',c']}",
        "{'a':9007199254740993}|{'a':9007199254740992}",
      })
  void whatIsAlikeHasNotTheSameHash(String one, String other) {
    assertThat(hash(one)).isNotEqualTo(hash(other));
  }

  @Test
  void whatSomeReadersTakeOtherwiseIsHashedAsItCame() {
    String first = "{\"description\":\"bad\",\"description\":\"good\"}";
    assertThat(DefinitionHash.of(first)).isNotEqualTo(DefinitionHash.of(first.replace("bad", "x")));
    String half = "{\"description\":\"\\ud800\"}";
    assertThat(DefinitionHash.of(half)).isNotEqualTo(DefinitionHash.of(half.replace('0', '1')));
    assertThat(DefinitionHash.of(half)).isNotEqualTo(DefinitionHash.of("{\"description\":\"?\"}"));
    String huge = "{\"maximum\":1e2147483647}";
    assertThat(DefinitionHash.of(huge)).isNotEqualTo(DefinitionHash.of(huge.replace("1e", "2e")));
    assertThat(DefinitionHash.of("[".repeat(5_000))).hasSize(64);
  }
}
