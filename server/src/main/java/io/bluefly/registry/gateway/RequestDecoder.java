package io.bluefly.registry.gateway;

import io.bluefly.registry.upstream.PlainHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.impl.headers.Http1xHeaders;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import java.util.List;

/**
 * Reads the requests of a client: {@linkplain PlainHead plain} ones by POST itself, all others as
 * Vert.x does.
 */
final class RequestDecoder extends VertxHttpRequestDecoder {
  private static final int LINE_END = 2;
  private static final String METHOD = "POST ";
  private static final String VERSION = " HTTP/1.1";
  private static final HttpHeadersFactory NO_TRAILERS =
      new HttpHeadersFactory() {
        @Override
        public HttpHeaders newHeaders() {
          return EmptyHttpHeaders.INSTANCE;
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
          return EmptyHttpHeaders.INSTANCE;
        }
      };

  private final PlainHead head;
  private final int maxHeaders;
  private final Pace pace;
  private String startLine = "";
  private String uri = "";
  private boolean between = true;

  /**
   * For one connection.
   *
   * @param maxHeaders headers that a request may have; more than a plain head ever has
   * @param pace told of what comes
   */
  RequestDecoder(Http1ServerConfig limits, int maxHeaders, byte[] room, Pace pace) {
    super(limits);
    this.head = new PlainHead(room);
    this.maxHeaders = maxHeaders;
    this.pace = pace;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (between && head.read(in) && isPost()) {
      in.skipBytes(head.length());
      out.add(request());
      out.add(new DefaultLastHttpContent(in.readRetainedSlice(head.contentLength()), NO_TRAILERS));
      pace.request();
      return;
    }
    int before = in.readableBytes();
    super.decode(ctx, in, out);
    between = PlainHead.mayFollow(out);
    if (!out.isEmpty() || in.isReadable() || before - in.readableBytes() > LINE_END) {
      pace.more(before - in.readableBytes()); // Behind a body an empty line may come, and nothing.
    }
    out.forEach(this::follow);
    if (between) {
      pace.end();
    }
  }

  private void follow(Object part) {
    if (part instanceof HttpRequest request) {
      pace.head();
      if (count(request.headers()) > maxHeaders) {
        request.setDecoderResult(
            DecoderResult.failure(
                new TooLongHttpHeaderException("more than " + maxHeaders + " headers")));
      }
    }
  }

  /** Vert.x's own count is that of the names. */
  private static int count(HttpHeaders headers) {
    int count = 0;
    for (var each = headers.iteratorCharSequence(); each.hasNext(); each.next()) {
      count++;
    }
    return count;
  }

  private boolean isPost() {
    String line = head.startLine();
    if (line.equals(startLine)) {
      return true;
    }
    if (!line.startsWith(METHOD + "/") || !line.endsWith(VERSION)) {
      return false;
    }
    String target = line.substring(METHOD.length(), line.length() - VERSION.length());
    if (target.indexOf(' ') >= 0 || target.indexOf('\t') >= 0) {
      return false;
    }
    startLine = line;
    uri = target;
    return true;
  }

  private HttpRequest request() {
    Http1xHeaders headers = Http1xHeaders.caseInsensitive(); // They have been checked.
    for (int i = 1; i < head.lines(); i++) {
      headers.add(head.name(i), head.value(i));
    }
    return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, uri, headers);
  }
}
