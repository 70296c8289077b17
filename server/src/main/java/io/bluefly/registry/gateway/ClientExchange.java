package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bluefly.registry.security.Principal;
import io.bluefly.registry.upstream.HeadText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request of a client to the data plane and its answer: a body at once, or parts of one.
 * Lives on one event loop.
 */
final class ClientExchange implements RequestHead {
  private static final AsciiString VERSION = AsciiString.cached("HTTP/1.1 ");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length: ");
  private static final AsciiString CHUNKED = AsciiString.cached("transfer-encoding: chunked\r\n");
  private static final AsciiString NO_STORE = AsciiString.cached("cache-control: no-store\r\n");
  private static final AsciiString CLOSE = AsciiString.cached("connection: close\r\n");
  private static final AsciiString KEEP_ALIVE = AsciiString.cached("connection: keep-alive\r\n");
  private static final AsciiString CONTINUE = AsciiString.cached("HTTP/1.1 100 Continue\r\n\r\n");
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);
  private static final int NO_CONTENT = 204;
  private static final int LINE_END = '\r' << 8 | '\n';
  private static final int CHUNK_FRAME = 12;

  private final ChannelHandlerContext out;
  private final HttpRequest head;
  private final Principal principal;
  private final AsciiString safeLines;
  private final Runnable complete;
  private boolean lasting;
  private final List<String> headers = new ArrayList<>(4);
  private int most;
  private @Nullable Consumer<byte @Nullable []> bodyTo;
  private byte[] body = new byte[0];
  private long length;
  private boolean keepAlive;
  private boolean asked;
  private boolean begun;
  private boolean cacheSaid;
  private boolean chunked;
  private boolean ended;
  private Runnable onGone = () -> {};
  private Runnable onDrain = () -> {};

  /**
   * A request whose head has been read.
   *
   * @param out where an encoder would write its bytes to
   * @param principal who has sent it
   * @param safeLines headers that every answer has
   * @param complete told when the request has been read and the answer written
   */
  ClientExchange(
      ChannelHandlerContext out,
      HttpRequest head,
      Principal principal,
      AsciiString safeLines,
      Runnable complete) {
    this.out = out;
    this.head = head;
    this.principal = principal;
    this.safeLines = safeLines;
    this.complete = complete;
    this.keepAlive = HttpUtil.isKeepAlive(head);
  }

  private Channel channel() {
    return out.channel();
  }

  private boolean isOld() {
    return head.protocolVersion().equals(HttpVersion.HTTP_1_0);
  }

  /** Has a client send its body that waits until it may. */
  void welcome() {
    if (HttpUtil.is100ContinueExpected(head)) {
      send(ByteBufUtil.writeAscii(out.alloc(), CONTINUE));
    }
  }

  /**
   * The answer is a stream that may stay open for ever: it ends with its principal at the latest.
   */
  void last() {
    lasting = true;
  }

  /** Whether whoever has sent it may not hear its answer any more. */
  boolean isForbidden(Instant now) {
    return principal.isRevoked() || (lasting && !principal.isCurrent(now));
  }

  HttpMethod method() {
    return head.method();
  }

  @Override
  public @Nullable String header(CharSequence name) {
    return head.headers().get(name);
  }

  /** All headers, whose names may be looked up in any case. */
  HttpHeaders headers() {
    return head.headers();
  }

  @Override
  public Principal principal() {
    return principal;
  }

  @Override
  public String remoteAddress() {
    return channel().remoteAddress() instanceof InetSocketAddress address
        ? address.getAddress().getHostAddress()
        : String.valueOf(channel().remoteAddress());
  }

  /** The first parameter of the query with that name; null when there is none. */
  @Nullable String parameter(String name) {
    return parameter(head.uri(), name);
  }

  static @Nullable String parameter(String uri, String name) {
    try {
      List<String> values = new QueryStringDecoder(uri).parameters().get(name);
      return values == null || values.isEmpty() ? null : values.getFirst();
    } catch (IllegalArgumentException e) {
      return null; // A bad percent: there is nothing of that name.
    }
  }

  /** Reads the body; {@code then} gets it, or null when it has more than {@code maximum} bytes. */
  void body(int maximum, Consumer<byte @Nullable []> then) {
    most = maximum;
    bodyTo = then;
  }

  /** The next part of the request has come. */
  void content(HttpContent part) {
    if (part.decoderResult().isFailure()) {
      reset();
      return;
    }
    if (bodyTo != null) {
      add(part.content());
    }
    if (part instanceof LastHttpContent) {
      asked = true;
      if (ended && keepAlive) {
        complete.run();
      } else if (bodyTo != null) {
        bodyTo.accept(length > most ? null : wholeBody());
      }
    }
  }

  private void add(ByteBuf part) {
    int more = part.readableBytes();
    if (length == 0) {
      body = more > most ? body : ByteBufUtil.getBytes(part); // Most come as one part.
    } else if (length + more <= most) {
      makeRoom((int) length + more);
      part.readBytes(body, (int) length, more);
    }
    length += more;
  }

  /** Twice what there was: a client may send its body byte by byte. */
  private void makeRoom(int needed) {
    if (needed > body.length) {
      body = Arrays.copyOf(body, Math.clamp(2L * body.length, needed, most));
    }
  }

  private byte[] wholeBody() {
    return length == body.length ? body : Arrays.copyOf(body, (int) length);
  }

  /** Whether the answer has begun. */
  boolean isBegun() {
    return begun;
  }

  /** Whether the answer is complete. */
  boolean isEnded() {
    return ended;
  }

  /** Whether the client has left. */
  boolean isClosed() {
    return !channel().isActive();
  }

  /** Sets a header of the answer, before that begins. */
  void header(String name, String value) {
    cacheSaid |= name.equals("cache-control");
    for (int i = 0; i < headers.size(); i += 2) {
      if (headers.get(i).equals(name)) {
        headers.set(i + 1, value);
        return;
      }
    }
    headers.add(name);
    headers.add(value);
  }

  private HeadText answer(int status) {
    begun = true;
    HeadText text =
        new HeadText().raw(VERSION).raw(HttpResponseStatus.valueOf(status).codeAsText()).text(" ");
    text.text(HttpResponseStatus.valueOf(status).reasonPhrase()).endLine();
    for (int i = 0; i < headers.size(); i += 2) {
      text.header(headers.get(i), headers.get(i + 1));
    }
    text.raw(safeLines);
    if (!cacheSaid) {
      text.raw(NO_STORE);
    }
    if (!keepAlive) {
      text.raw(CLOSE);
    } else if (isOld()) {
      text.raw(KEEP_ALIVE);
    }
    return text;
  }

  /** Begins an answer whose length is not known. */
  void begin(int status) {
    chunked = !isOld();
    keepAlive &= chunked; // Else only the end of the connection is the end of the answer.
    HeadText text = answer(status);
    send((chunked ? text.raw(CHUNKED) : text).end(out.alloc(), null));
  }

  /** Writes a part of an answer that has begun. */
  void write(byte[] part) {
    if (part.length > 0 && !ended) {
      orReset(() -> send(framed(part, false)));
    }
  }

  private ByteBuf framed(byte[] part, boolean last) {
    ByteBuf all = out.alloc().directBuffer(part.length + CHUNK_FRAME + LAST_CHUNK.length);
    if (chunked && part.length > 0) {
      ByteBufUtil.writeAscii(all, Integer.toHexString(part.length));
      all.writeShort(LINE_END).writeBytes(part).writeShort(LINE_END);
    } else {
      all.writeBytes(part);
    }
    return last && chunked ? all.writeBytes(LAST_CHUNK) : all;
  }

  /** Ends an answer that has begun. */
  void end(byte[] last) {
    if (!ended) {
      orReset(() -> end(framed(last, true)));
    }
  }

  /** Answers at once. */
  void answer(int status, byte[] all) {
    if (!begun) {
      orReset(() -> answerWith(status, all));
    }
  }

  /** Without memory for the answer, the client shall at least not wait for it. */
  private void orReset(Runnable writing) {
    try {
      writing.run();
    } catch (OutOfMemoryError e) {
      reset();
      throw e;
    }
  }

  private void answerWith(int status, byte[] all) {
    HeadText text = answer(status);
    if (status != NO_CONTENT) {
      text.raw(CONTENT_LENGTH).number(all.length).endLine();
    }
    end(text.end(out.alloc(), head.method().equals(HttpMethod.HEAD) ? null : all));
  }

  private void end(ByteBuf bytes) {
    ended = true;
    if (!keepAlive) {
      out.writeAndFlush(bytes).addListener(ChannelFutureListener.CLOSE);
      return; // Nothing more is taken from this client.
    }
    send(bytes);
    if (asked) {
      complete.run();
    }
  }

  private void send(ByteBuf bytes) {
    out.writeAndFlush(bytes, out.voidPromise());
  }

  /** Whether the client reads less than is written. */
  boolean isFull() {
    return !channel().isWritable();
  }

  /** Who hears when the client has read what was written; the last who asked. */
  void onDrain(Runnable action) {
    onDrain = action;
  }

  void drained() {
    onDrain.run();
  }

  /** Who hears when the client leaves before the end; the last who asked. */
  void onGone(Runnable action) {
    onGone = action;
  }

  void gone() {
    if (!ended) {
      onGone.run();
    }
  }

  /** Ends the connection to the client, who can tell thereby that the answer is not complete. */
  void reset() {
    out.close(); // Vert.x, which is behind, would wait until the client has read all.
  }
}
