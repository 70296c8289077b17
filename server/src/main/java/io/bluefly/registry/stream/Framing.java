package io.bluefly.registry.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How messages become bytes, which are the same for all who get them, so that they are written once
 * for everybody.
 */
enum Framing {
  /** Text frames of a server (RFC 6455, 5.2), which are not masked. */
  WEB_SOCKET {
    @Override
    ByteBuf encode(List<Message> messages) {
      ByteBuf out = buffer(messages, MOST_FRAME_HEAD);
      messages.forEach(message -> frame(out, TEXT, message.json()));
      return out;
    }

    @Override
    ByteBuf heartbeat(Message message) {
      return frame(encode(List.of(message)), PING, new byte[0]);
    }

    @Override
    ByteBuf silentHeartbeat() {
      return frame(buffer(List.of(), MOST_FRAME_HEAD), PING, new byte[0]);
    }

    @Override
    ByteBuf farewell(Message last) {
      byte[] reason = ("  " + TOO_SLOW_REASON).getBytes(UTF_8);
      reason[0] = (byte) (TOO_SLOW >> Byte.SIZE);
      reason[1] = (byte) TOO_SLOW;
      return frame(encode(List.of(last)), CLOSE, reason);
    }
  },

  /** Server-Sent Events (the HTML standard, 9.2) in chunks of HTTP/1.1. */
  SERVER_SENT {
    @Override
    ByteBuf encode(List<Message> messages) {
      ByteBuf body = buffer(messages, MOST_EVENT_HEAD);
      for (Message message : messages) {
        id(body, message.id());
        text(body, "data: ");
        body.writeBytes(message.json());
        text(body, "\n\n");
      }
      return chunk(body);
    }

    // The id makes a client whose filter lets little through come back near the end.
    @Override
    ByteBuf heartbeat(Message message) {
      ByteBuf body = buffer(List.of(message), MOST_EVENT_HEAD);
      text(body, ": heartbeat\n");
      id(body, message.id());
      text(body, "\n");
      return chunk(body);
    }

    @Override
    ByteBuf silentHeartbeat() {
      return chunk(text(buffer(List.of(), MOST_EVENT_HEAD), ": heartbeat\n\n"));
    }

    @Override
    ByteBuf farewell(Message last) {
      return text(encode(List.of(last)), "0\r\n\r\n");
    }
  };

  private static final short TOO_SLOW = 1013;
  private static final String TOO_SLOW_REASON = "the client reads too slowly";
  private static final int TEXT = 0x81;
  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;
  private static final int MOST_SHORT = 125;
  private static final int TWO_BYTES = 126;
  private static final int EIGHT_BYTES = 127;
  private static final int MOST_FRAME_HEAD = 10;
  private static final int MOST_EVENT_HEAD = 64;

  /** All messages, in their order. */
  abstract ByteBuf encode(List<Message> messages);

  /** A sign of life; {@code message} tells who can read it how far it has got. */
  abstract ByteBuf heartbeat(Message message);

  /** A sign of life that says nothing. */
  abstract ByteBuf silentHeartbeat();

  /** The last message to a client that is too slow, and the end. */
  abstract ByteBuf farewell(Message last);

  private static ByteBuf buffer(List<Message> messages, int head) {
    int length = 2 * head;
    for (Message message : messages) {
      length += message.json().length + head;
    }
    return PooledByteBufAllocator.DEFAULT.directBuffer(length);
  }

  private static ByteBuf frame(ByteBuf out, int kind, byte[] payload) {
    out.writeByte(kind);
    if (payload.length <= MOST_SHORT) {
      out.writeByte(payload.length);
    } else if (payload.length <= 0xFFFF) {
      out.writeByte(TWO_BYTES).writeShort(payload.length);
    } else {
      out.writeByte(EIGHT_BYTES).writeLong(payload.length);
    }
    return out.writeBytes(payload);
  }

  private static ByteBuf text(ByteBuf out, String text) {
    out.writeCharSequence(text, UTF_8);
    return out;
  }

  private static void id(ByteBuf out, @Nullable String id) {
    if (id != null) {
      text(text(text(out, "id: "), id), "\n");
    }
  }

  private static ByteBuf chunk(ByteBuf body) {
    ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(body.readableBytes() + 16);
    text(text(out, Integer.toHexString(body.readableBytes())), "\r\n");
    out.writeBytes(body);
    body.release();
    return text(out, "\r\n");
  }
}
