package io.bluefly.registry.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SseMessagesTest {
  @Test
  void takesTheMessageThatIsWanted() throws IOException {
    String stream =
        """
        : keep-alive

        event: message
        data: {"method": "notifications/progress"}

        id: 7
        data: {"result": {"n": 1}}

        """;

    assertThat(result(stream)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r", "\r\n"})
  void anyLineEndWillDo(String end) throws IOException {
    assertThat(result("data:{\"result\":" + end + "data: {\"n\": 2}}" + end + end)).isEqualTo(2);
  }

  @Test
  void nothingBehindTheAnswerIsRead() throws IOException {
    Reader stream =
        new Reader() {
          private boolean given;

          @Override
          public int read(char[] buffer, int from, int length) {
            if (given) {
              throw new IllegalStateException("read on behind the answer");
            }
            given = true;
            String event = "data: {\"result\": {\"n\": 3}}\n\n";
            event.getChars(0, event.length(), buffer, from);
            return event.length();
          }

          @Override
          public void close() {}
        };

    assertThat(SseMessages.first(stream, m -> m.has("result")).at("/result/n").asInt())
        .isEqualTo(3);
  }

  @Test
  void aStreamThatEndsEarlyIsAnError() {
    assertThatThrownBy(() -> result("data: {\"method\": \"x\"}\n\ndata: {\"result\": {}}"))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void anEventThatIsNoJsonIsAnError() {
    assertThatThrownBy(() -> result("data: {\n\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no JSON");
  }

  private static int result(String stream) throws IOException {
    return SseMessages.first(new StringReader(stream), m -> m.has("result"))
        .at("/result/n")
        .asInt();
  }
}
