package io.bluefly.registry.protocol;

import java.util.ArrayList;
import java.util.List;

/**
 * Several messages in one JSON array, as only 2025-03-26 has them.
 *
 * @see <a
 *     href="https://modelcontextprotocol.io/specification/2025-03-26/basic#batching">Batching</a>
 */
public final class Batch {
  /** The version whose peers may send batches. */
  public static final String VERSION = "2025-03-26";

  /** Messages that a batch may have. */
  private static final int MAX_MESSAGES = 100;

  private Batch() {}

  /** Whether {@code json} begins as an array. */
  public static boolean is(byte[] json) {
    for (byte b : json) {
      if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
        return b == '[';
      }
    }
    return false;
  }

  /**
   * The messages of a batch, or the one message that {@code json} is.
   *
   * @throws MalformedMessageException when one of them is no message, or there are none, or too
   *     many
   */
  public static List<RpcMessage> messages(byte[] json) throws MalformedMessageException {
    if (!is(json)) {
      return List.of(RpcMessage.parse(json));
    }
    List<Span> parts = Members.elements(json, new Span(0, json.length));
    if (parts.isEmpty() || parts.size() > MAX_MESSAGES) {
      throw new MalformedMessageException(
          RpcCode.INVALID_REQUEST, "a batch has 1 to " + MAX_MESSAGES + " messages");
    }
    List<RpcMessage> messages = new ArrayList<>();
    for (Span part : parts) {
      messages.add(RpcMessage.parse(part.bytes(json)));
    }
    return messages;
  }
}
