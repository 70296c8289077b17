package io.bluefly.registry.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads Server-Sent Events from a byte stream: the {@code data} of each, where MCP puts a message,
 * and where the stream stands, for those who resume it. Holds at most one event. Not for use by
 * several threads.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">the format</a>
 */
public final class SseReader {
  /** The type of an event that names none. */
  public static final String MESSAGE = "message";

  /** An id goes back in a header, which servers do not take at any length. */
  private static final int MAX_ID = 4096;

  private static final int MAX_RETRY_DIGITS = 12;

  /** Hears events. */
  @FunctionalInterface
  public interface Handler {
    /**
     * An event with data.
     *
     * @param type its type, {@link #MESSAGE} when it names none
     */
    void event(String type, byte[] data);
  }

  /**
   * Where a stream stands.
   *
   * @param lastEventId the id to resume after; null when the server gave none, or one that no
   *     header can carry
   * @param retry how long to wait before the stream is opened again; null when the server did not
   *     say
   */
  public record Position(@Nullable String lastEventId, @Nullable Duration retry) {
    /** Before the first event. */
    public static final Position START = new Position(null, null);
  }

  private final int maxEvent;
  private final Handler events;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private boolean hasData;
  private boolean afterReturn;
  private String type = "";
  private @Nullable String id;
  private Position position = Position.START;

  /** Hands the data of each event, of at most {@code maxEvent} bytes, to {@code events}. */
  public SseReader(int maxEvent, Consumer<byte[]> events) {
    this(maxEvent, (_, data) -> events.accept(data));
  }

  /** Hands each event, of at most {@code maxEvent} bytes, to {@code events}. */
  public SseReader(int maxEvent, Handler events) {
    this.maxEvent = maxEvent;
    this.events = events;
  }

  /** Where the stream stands after the events that were read so far. */
  public Position position() {
    return position;
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
      endEvent();
      return;
    }
    int colon = 0;
    while (colon < text.length && text[colon] != ':') {
      colon++;
    }
    int from = Math.min(text.length, colon + 1);
    if (from < text.length && text[from] == ' ') {
      from++;
    }
    field(new String(text, 0, colon, UTF_8), text, from);
  }

  private void field(String name, byte[] text, int from) {
    switch (name) {
      case "data" -> {
        if (hasData) {
          data.write('\n');
        }
        data.write(text, from, text.length - from);
        hasData = true;
      }
      case "event" -> type = value(text, from);
      case "id" -> id = value(text, from);
      case "retry" -> retry(value(text, from));
      default -> {} // A comment, or a field that the format does not know.
    }
  }

  private static String value(byte[] text, int from) {
    return new String(text, from, text.length - from, UTF_8);
  }

  private void retry(String millis) {
    boolean number =
        !millis.isEmpty()
            && millis.length() <= MAX_RETRY_DIGITS
            && millis.chars().allMatch(c -> c >= '0' && c <= '9');
    if (number) {
      position = new Position(position.lastEventId(), Duration.ofMillis(Long.parseLong(millis)));
    }
  }

  private void endEvent() {
    if (id != null) {
      position = new Position(fitsHeader(id) ? id : null, position.retry());
      id = null;
    }
    // As the format has it: without data there is no event. Servers begin resumable streams so.
    if (data.size() > 0) {
      events.event(type.isEmpty() ? MESSAGE : type, data.toByteArray());
    }
    data.reset();
    hasData = false;
    type = "";
  }

  private static boolean fitsHeader(String id) {
    return !id.isEmpty()
        && id.length() <= MAX_ID
        && id.equals(id.strip())
        && id.chars().allMatch(c -> c >= ' ' && c <= '~');
  }
}
