package io.bluefly.registry.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bluefly.registry.cli.http.Json;
import org.junit.jupiter.api.Test;

final class ContentTextTest {
  @Test
  void textIsPrintedAsItIs() throws JsonProcessingException {
    assertThat(
            text(
                """
                {"content": [{"type": "text", "text": "  a\\n\\tb\\n"}, {"type": "text", "text": "c"}],
                 "structuredContent": {"n": 1}}
                """))
        .isEqualTo("  a\n\tb\nc\n");
  }

  @Test
  void otherContentIsALineEach() throws JsonProcessingException {
    assertThat(
            text(
                """
                {"content": [
                  {"type": "image", "mimeType": "image/png", "data": "aGVsbG8="},
                  {"type": "audio", "mimeType": "audio/wav", "data": "aGk="},
                  {"type": "resource_link", "uri": "file:///a", "name": "a"},
                  {"type": "resource", "resource": {"uri": "test://t", "text": "é"}},
                  {"type": "resource", "resource":
                    {"uri": "test://b", "mimeType": "x/y", "blob": "aGVsbG8="}},
                  {"type": "new"}]}
                """))
        .isEqualTo(
            """
            [image image/png, 5 bytes]
            [audio audio/wav, 2 bytes]
            [resource link file:///a]
            [resource test://t 2 bytes]
            [resource test://b x/y, 5 bytes]
            [new]
            """);
  }

  @Test
  void structuredContentStandsInForMissingText() throws JsonProcessingException {
    assertThat(text("{\"content\": [], \"structuredContent\": {\"sum\": 3.10}}"))
        .isEqualTo("{\n  \"sum\" : 3.10\n}\n");
  }

  private static String text(String result) throws JsonProcessingException {
    return ContentText.of(Json.parse(result));
  }
}
