package io.bluefly.registry.gateway;

import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.LineFramer.FrameTooLongException;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.SseReader;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import java.util.Locale;

/** Looks at an answer that passes by, only to know how the call ended. */
sealed interface AnswerWatcher {
  /** The watcher that fits the answer's media type; remembers at most {@code maxMessage} bytes. */
  static AnswerWatcher of(HttpClientResponse answer, int status, int maxMessage) {
    String type = answer.getHeader(HttpHeaders.CONTENT_TYPE);
    boolean events = type != null && type.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
    return events ? new OfEvents(maxMessage) : new OfBody(status, maxMessage);
  }

  /** The next part of the answer. */
  void watch(Buffer chunk);

  /** How the call ended, once all parts were seen. */
  Outcome outcome();

  /** Keeps a JSON body until its end; one that is too long is taken for a result. */
  final class OfBody implements AnswerWatcher {
    private static final int SERVER_ERROR = 500;

    private final int status;
    private final int maxMessage;
    private final Buffer body = Buffer.buffer();
    private boolean tooLong;

    private OfBody(int status, int maxMessage) {
      this.status = status;
      this.maxMessage = maxMessage;
    }

    @Override
    public void watch(Buffer chunk) {
      tooLong |= body.length() + chunk.length() > maxMessage;
      if (!tooLong) {
        body.appendBuffer(chunk);
      }
    }

    @Override
    public Outcome outcome() {
      if (status >= SERVER_ERROR) {
        return Outcome.FAILED;
      }
      try {
        return tooLong ? Outcome.OK : ForwardedCall.outcome(RpcMessage.parse(body.getBytes()));
      } catch (MalformedMessageException e) {
        return Outcome.FAILED;
      }
    }
  }

  /** Waits for the event that holds the response; a stream that ends without one has failed. */
  final class OfEvents implements AnswerWatcher {
    private final SseReader reader;
    private Outcome outcome = Outcome.FAILED;

    private OfEvents(int maxMessage) {
      this.reader = new SseReader(maxMessage, this::message);
    }

    @Override
    public void watch(Buffer chunk) {
      try {
        reader.feed(chunk.getBytes());
      } catch (FrameTooLongException e) {
        outcome = Outcome.OK;
      }
    }

    private void message(byte[] json) {
      try {
        RpcMessage message = RpcMessage.parse(json);
        if (message.kind() == RpcMessage.Kind.RESPONSE) {
          outcome = ForwardedCall.outcome(message);
        }
      } catch (MalformedMessageException e) {
        // An event without a message, such as the first one of a stream that can be resumed.
      }
    }

    @Override
    public Outcome outcome() {
      return outcome;
    }
  }
}
