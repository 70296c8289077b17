package io.bluefly.registry.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answers of a server: {@linkplain PlainHead plain} ones as a {@link Whole}, all others
 * as Netty does.
 */
final class AnswerDecoder extends HttpResponseDecoder {
  private static final String OK = "HTTP/1.1 200 ";
  private static final int STATUS = 200;

  private final PlainHead head;
  private boolean between = true;

  AnswerDecoder(HttpDecoderConfig limits, byte[] room) {
    super(limits);
    this.head = new PlainHead(room);
  }

  /** A complete answer. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Whole(HttpHead head, byte[] body) {}

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (between && head.read(in) && head.startLine().startsWith(OK)) {
      in.skipBytes(head.length());
      byte[] body = new byte[head.contentLength()];
      in.readBytes(body);
      out.add(new Whole(new HttpHead(STATUS, headers()::get), body));
      return;
    }
    super.decode(ctx, in, out);
    between = PlainHead.mayFollow(out);
  }

  private Headers headers() {
    AsciiString[] names = new AsciiString[head.lines()];
    String[] values = new String[head.lines()];
    for (int i = 0; i < names.length; i++) {
      names[i] = head.name(i);
      values[i] = head.value(i);
    }
    return new Headers(names, values);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Headers(AsciiString[] names, String[] values) {
    @Nullable String get(CharSequence name) {
      int hash = AsciiString.hashCode(name);
      for (int i = 1; i < names.length; i++) {
        if (names[i].hashCode() == hash && names[i].contentEqualsIgnoreCase(name)) {
          return values[i];
        }
      }
      return null;
    }
  }
}
