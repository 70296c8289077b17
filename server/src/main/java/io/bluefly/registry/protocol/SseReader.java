package io.bluefly.registry.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/**
 * Reads Server-Sent Events from a byte stream; only {@code data} counts, since MCP puts a message
 * there. Holds at most one event. Not for use by several threads.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">the format</a>
 */
public final class SseReader {
  private static final byte[] DATA = "data:".getBytes(UTF_8);

  private final int maxEvent;
  private final Consumer<byte[]> events;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private boolean hasData;
  private boolean afterReturn;

  /** Hands the data of each event, of at most {@code maxEvent} bytes, to {@code events}. */
  public SseReader(int maxEvent, Consumer<byte[]> events) {
    this.maxEvent = maxEvent;
    this.events = events;
  }

  /**
   * Takes the next bytes.
   *
   * @throws LineFramer.FrameTooLongException when an event exceeds the limit
   */
  public void feed(byte[] bytes) throws LineFramer.FrameTooLongException {
    for (byte b : bytes) {
      if (b == '\n' && afterReturn) {
        afterReturn = false;
        continue;
      }
      afterReturn = b == '\r';
      if (b == '\n' || b == '\r') {
        endLine();
      } else {
        line.write(b);
        if (line.size() + data.size() > maxEvent) {
          throw new LineFramer.FrameTooLongException(maxEvent);
        }
      }
    }
  }

  private void endLine() {
    byte[] text = line.toByteArray();
    line.reset();
    if (text.length == 0) {
      // As the format has it: without data there is no event. Servers begin resumable streams so.
      if (data.size() > 0) {
        events.accept(data.toByteArray());
      }
      data.reset();
      hasData = false;
    } else if (startsWithData(text)) {
      if (hasData) {
        data.write('\n');
      }
      int from = text.length > DATA.length && text[DATA.length] == ' ' ? 6 : 5;
      data.write(text, from, text.length - from);
      hasData = true;
    }
  }

  private static boolean startsWithData(byte[] text) {
    return text.length >= DATA.length
        && java.util.Arrays.equals(text, 0, DATA.length, DATA, 0, DATA.length);
  }
}
