package io.bluefly.registry.cli.tool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.cli.http.Json;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.util.function.Predicate;

/**
 * The JSON messages in a stream of Server-Sent Events; only {@code data} counts.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">the format</a>
 */
final class SseMessages {
  private static final String DATA = "data:";

  private final BufferedReader lines;
  private final StringBuilder data = new StringBuilder();

  private SseMessages(Reader stream) {
    this.lines = new BufferedReader(stream);
  }

  /**
   * The first message that is {@code wanted}; nothing behind it is read.
   *
   * @throws IOException when the stream ends before it
   */
  static JsonNode first(Reader stream, Predicate<JsonNode> wanted) throws IOException {
    SseMessages messages = new SseMessages(stream);
    JsonNode message = messages.next();
    while (!wanted.test(message)) {
      message = messages.next();
    }
    return message;
  }

  private JsonNode next() throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(DATA)) {
        append(line.substring(DATA.length()));
      } else if (line.isEmpty() && !data.isEmpty()) {
        return take();
      }
    }
    throw new EOFException("the stream ended before the answer");
  }

  private void append(String value) {
    data.append(value.startsWith(" ") ? value.substring(1) : value).append('\n');
  }

  private JsonNode take() throws IOException {
    String text = data.toString();
    data.setLength(0);
    try {
      return Json.parse(text);
    } catch (JsonProcessingException e) {
      throw new IOException("an event of the stream is no JSON", e);
    }
  }
}
