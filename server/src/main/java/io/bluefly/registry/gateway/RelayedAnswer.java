package io.bluefly.registry.gateway;

import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.LineFramer.FrameTooLongException;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.SseReader;
import io.bluefly.registry.upstream.HttpHead;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a modern server on its way to a modern client: what may pass is passed as it came,
 * save what a pool seals; what is no answer to this request is not.
 */
sealed interface RelayedAnswer {
  /** Nothing for the client. */
  byte[] NOTHING = {};

  /** The server's answer is none. */
  final class BadAnswerException extends Exception {
    BadAnswerException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * The reader that fits the answer's media type.
   *
   * @param maxAnswer bytes that a body, or an event, may have
   */
  static RelayedAnswer of(HttpHead answer, Routed routed, boolean endless, int maxAnswer) {
    return answer.hasEvents()
        ? new Events(routed, endless, maxAnswer)
        : new Body(routed, answer.status(), maxAnswer);
  }

  /** Whether parts are sent on before the end. */
  boolean streams();

  /** What the client gets for the next part; nothing yet is empty. */
  byte[] pass(byte[] part) throws BadAnswerException;

  /** What the client gets at the end; nothing more is empty. */
  byte[] end() throws BadAnswerException;

  /** Whether the client has got the response, whatever becomes of the rest. */
  boolean isAnswered();

  /** How the call ended, after the end or once it is answered. */
  Outcome outcome();

  /** Whether the server failed, which another one may not. */
  boolean isServersFault();

  /** One message; looked at as a whole, since a client can do nothing with a part of it either. */
  final class Body implements RelayedAnswer {
    private static final int LAST_OK = 299;
    private static final int SERVER_ERROR = 500;

    private final Routed routed;
    private final int status;
    private final int maxAnswer;
    private byte[] body = new byte[0];
    private int length;
    private Outcome outcome = Outcome.FAILED;
    private boolean fault;

    private Body(Routed routed, int status, int maxAnswer) {
      this.routed = routed;
      this.status = status;
      this.fault = status >= SERVER_ERROR;
      this.maxAnswer = maxAnswer;
    }

    @Override
    public boolean streams() {
      return false;
    }

    @Override
    public byte[] pass(byte[] part) throws BadAnswerException {
      if (part.length > maxAnswer - length) {
        throw new BadAnswerException(
            "its answer has more than " + maxAnswer + " bytes (gateway.max-answer)");
      }
      if (length == 0) {
        body = part; // Most answers are one part, which needs no copy.
      } else {
        makeRoom(length + part.length);
        System.arraycopy(part, 0, body, length, part.length);
      }
      length += part.length;
      return NOTHING;
    }

    private void makeRoom(int needed) {
      if (needed > body.length) {
        body = Arrays.copyOf(body, Math.clamp(2L * body.length, needed, maxAnswer));
      }
    }

    private byte[] whole() {
      return length == body.length ? body : Arrays.copyOf(body, length);
    }

    @Override
    public byte[] end() throws BadAnswerException {
      byte[] json = whole();
      RpcMessage message;
      try {
        message = RpcMessage.parse(json);
      } catch (MalformedMessageException e) {
        if (status <= LAST_OK) {
          throw new BadAnswerException("it answered what is no MCP message");
        }
        outcome = fault ? Outcome.FAILED : Outcome.ERROR_ANSWER; // The status says it all.
        return json;
      }
      if (!message.answers(routed.request())) {
        throw new BadAnswerException("it answered another request than this one");
      }
      outcome = fault ? Outcome.FAILED : routed.outcome(message);
      fault |= ForwardedCall.isServersFault(message);
      return routed.back(message).json();
    }

    /** All of it goes at the end. */
    @Override
    public boolean isAnswered() {
      return false;
    }

    @Override
    public Outcome outcome() {
      return outcome;
    }

    @Override
    public boolean isServersFault() {
      return fault;
    }
  }

  /** A stream of messages, each looked at when it is complete. */
  final class Events implements RelayedAnswer {
    private static final byte[] COMMENT = {':', '\n', '\n'};

    private final Routed routed;
    private final boolean endless;
    private final SseReader reader;
    private Outcome outcome = Outcome.FAILED;
    private boolean answered;
    private boolean passedOn;
    private @Nullable String wrong;
    private final ByteArrayOutputStream rewritten = new ByteArrayOutputStream();

    private Events(Routed routed, boolean endless, int maxAnswer) {
      this.routed = routed;
      this.endless = endless;
      this.reader = new SseReader(maxAnswer, this::message);
    }

    @Override
    public boolean streams() {
      return true;
    }

    @Override
    public byte[] pass(byte[] part) throws BadAnswerException {
      rewritten.reset();
      try {
        reader.feed(part);
      } catch (FrameTooLongException e) {
        throw new BadAnswerException(String.valueOf(e.getMessage()));
      }
      if (wrong != null) {
        throw new BadAnswerException(wrong);
      }
      passedOn = answered;
      if (!routed.rewrites()) {
        return part;
      }
      return rewritten.size() == 0 ? COMMENT : rewritten.toByteArray();
    }

    private void message(String type, byte[] json) {
      if (!type.equals(SseReader.MESSAGE)) {
        return;
      }
      try {
        RpcMessage message = RpcMessage.parse(json);
        if (message.kind() == RpcMessage.Kind.RESPONSE) {
          answered = true;
          outcome = routed.outcome(message);
          wrong =
              message.answers(routed.request())
                  ? wrong
                  : "it answered another request than this one";
        }
        if (routed.rewrites()) {
          rewritten.writeBytes(HttpReply.frame(routed.back(message).json()));
        }
      } catch (MalformedMessageException e) {
        wrong = "it sent what is no MCP message";
      }
    }

    @Override
    public byte[] end() throws BadAnswerException {
      if (!answered && !endless) {
        throw new BadAnswerException("it ended its answer without a result");
      }
      return NOTHING;
    }

    @Override
    public boolean isAnswered() {
      return passedOn;
    }

    @Override
    public Outcome outcome() {
      return outcome;
    }

    /** What has begun to arrive at the client can't be taken back. */
    @Override
    public boolean isServersFault() {
      return false;
    }
  }
}
