package io.bluefly.registry.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.protocol.LineFramer.FrameTooLongException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FramingTest {
  private final List<String> frames = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void linesAreCutWhereverTheChunksEnd(int chunk) throws Exception {
    LineFramer framer = new LineFramer(100, line -> frames.add(new String(line, UTF_8)));
    byte[] bytes = "{\"a\":1}\r\n\n{\"é\":2}\n{\"half".getBytes(UTF_8);
    for (int i = 0; i < bytes.length; i += chunk) {
      int count = Math.min(chunk, bytes.length - i);
      framer.feed(java.util.Arrays.copyOfRange(bytes, i, i + count), count);
    }
    assertThat(frames).containsExactly("{\"a\":1}", "{\"é\":2}");
  }

  @Test
  void anEndlessLineIsRefusedAtTheLimit() throws Exception {
    LineFramer framer = new LineFramer(10, line -> frames.add(new String(line, UTF_8)));
    framer.feed("0123456789\n01234".getBytes(UTF_8), 16);
    assertThat(frames).containsExactly("0123456789");
    assertThatThrownBy(() -> framer.feed("567890".getBytes(UTF_8), 6))
        .isInstanceOf(FrameTooLongException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 1000})
  void eventsAreReadWithAnyLineEnd(int chunk) throws Exception {
    SseReader reader = new SseReader(100, data -> frames.add(new String(data, UTF_8)));
    byte[] bytes =
        (": comment\r\n\r\n"
                + "event: message\r\n"
                + "data: {\"a\":\r\n"
                + "data:1}\r\n\r\n"
                + "id: 6\n"
                + "data:\n\n"
                + "id: 7\n"
                + "data: {}\n\n"
                + "data: unfinished\n")
            .getBytes(UTF_8);
    for (int i = 0; i < bytes.length; i += chunk) {
      reader.feed(java.util.Arrays.copyOfRange(bytes, i, Math.min(i + chunk, bytes.length)));
    }
    assertThat(frames).containsExactly("{\"a\":\n1}", "{}");
  }

  @Test
  void typesIdsAndPausesAreReadToo() throws Exception {
    SseReader reader =
        new SseReader(100, (type, data) -> frames.add(type + " " + new String(data, UTF_8)));
    assertThat(reader.position()).isEqualTo(SseReader.Position.START);
    reader.feed("event: endpoint\ndata: /m\n\nid: 5\nretry: 20\ndata\n\n".getBytes(UTF_8));
    assertThat(reader.position()).isEqualTo(new SseReader.Position("5", Duration.ofMillis(20)));
    reader.feed("id:6\nretry: soon\ndata: {}\n".getBytes(UTF_8));
    assertThat(reader.position().lastEventId()).isEqualTo("5");
    reader.feed("\nid: caf\u00e9\n\n".getBytes(UTF_8));
    assertThat(reader.position()).isEqualTo(new SseReader.Position(null, Duration.ofMillis(20)));
    assertThat(frames).containsExactly("endpoint /m", "message {}");
  }

  @Test
  void anEndlessEventIsRefusedAtTheLimit() {
    SseReader reader = new SseReader(10, data -> frames.add(new String(data, UTF_8)));
    assertThatThrownBy(() -> reader.feed("data: 0123456789".getBytes(UTF_8)))
        .isInstanceOf(FrameTooLongException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "us-west1|us-west1",
        "Hello, 世界|=?base64?SGVsbG8sIOS4lueVjA==?=",
        " padded |=?base64?IHBhZGRlZCA=?=",
        "=?base64?literal?=|=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=",
      })
  void headerValuesAreCodedAsTheSpecificationsExamples(String value, String header) {
    assertThat(McpHeaders.encode(value)).isEqualTo(header);
    assertThat(McpHeaders.decode(header)).isEqualTo(value);
  }

  @Test
  void listPagesKeepTheirItemsAsTheyStand() throws Exception {
    RpcMessage page =
        RpcMessage.parse(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\": {\"x\":[1], \"tools\": [ {\"name\":\"a\", \"n\":1.50} , {}], \"nextCursor\":\"c\"}}"
                .getBytes(UTF_8));
    ListPage list = ListPage.read(page, "tools");
    assertThat(list.items()).containsExactly("{\"name\":\"a\", \"n\":1.50}", "{}");
    assertThat(list.nextCursor()).isEqualTo("c");
  }
}
