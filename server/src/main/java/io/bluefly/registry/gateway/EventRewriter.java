package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.LineFramer.FrameTooLongException;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.SseReader;
import io.vertx.core.buffer.Buffer;
import java.util.function.UnaryOperator;

/** Rewrites the messages in a stream of events that passes by, chunk by chunk. */
final class EventRewriter {
  private static final Buffer COMMENT = Buffer.buffer(":\n\n");

  private final UnaryOperator<RpcMessage> rewriting;
  private final SseReader reader;
  private Buffer out = Buffer.buffer();

  /** An event may have {@code maxMessage} bytes. */
  EventRewriter(UnaryOperator<RpcMessage> rewriting, int maxMessage) {
    this.rewriting = rewriting;
    this.reader = new SseReader(maxMessage, this::message);
  }

  /**
   * The events that {@code chunk} completes; a sign of life when there are none.
   *
   * @throws FrameTooLongException when an event is too long
   */
  Buffer rewritten(Buffer chunk) throws FrameTooLongException {
    out = Buffer.buffer();
    reader.feed(chunk.getBytes());
    return out.length() == 0 ? COMMENT.copy() : out;
  }

  private void message(byte[] json) {
    try {
      out.appendBuffer(HttpReply.frame(rewriting.apply(RpcMessage.parse(json)).json()));
    } catch (MalformedMessageException e) {
      // An event without a message says nothing to a client.
    }
  }
}
