package io.bluefly.registry.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 request to a server; its head is written in order. */
public final class WireRequest {
  private static final AsciiString VERSION = AsciiString.cached(" HTTP/1.1\r\n");

  private final HeadText head = new HeadText();

  private WireRequest() {}

  /** Begins a request to {@code target}; its headers are not written yet. */
  public static WireRequest to(HttpTarget target, HttpMethod method) {
    WireRequest request = new WireRequest();
    request.head.raw(method.asciiName()).text(" ").text(target.path()).raw(VERSION);
    request.head.header(HttpHeaderNames.HOST, target.origin().authority());
    return request;
  }

  /** Writes a header; what would end its line becomes a blank. */
  public void header(CharSequence name, String value) {
    head.header(name, value);
  }

  /** The bytes; null: there is no body. */
  ByteBuf end(ByteBufAllocator allocator, byte @Nullable [] body) {
    if (body != null) {
      head.header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
    }
    return head.end(allocator, body);
  }
}
