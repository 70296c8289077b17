package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 request on its way into the bytes of a connection; written once, in order. */
public final class WireRequest {
  private static final int INITIAL = 1024;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;
  private static final byte[] VERSION_AND_HOST = " HTTP/1.1\r\nhost: ".getBytes(ISO_8859_1);
  private static final byte[] LENGTH = "content-length: ".getBytes(ISO_8859_1);
  private static final byte[] LINE_END = {'\r', '\n'};

  private final ByteBuf bytes;

  private WireRequest(ByteBuf bytes) {
    this.bytes = bytes;
  }

  /** Begins a request to {@code target}; its headers are not written yet. */
  public static WireRequest to(HttpTarget target, HttpMethod method) {
    WireRequest request = new WireRequest(ByteBufAllocator.DEFAULT.directBuffer(INITIAL));
    request.text(method.name());
    request.bytes.writeByte(' ');
    request.text(target.path());
    request.bytes.writeBytes(VERSION_AND_HOST);
    request.host(target);
    request.bytes.writeBytes(LINE_END);
    return request;
  }

  private void host(HttpTarget target) {
    boolean bare = target.host().indexOf(':') >= 0;
    text(bare ? "[" + target.host() + "]" : target.host());
    if (target.port() != (target.tls() ? HTTPS_PORT : HTTP_PORT)) {
      bytes.writeByte(':');
      text(Integer.toString(target.port()));
    }
  }

  /** Writes a header; in Latin-1, as header fields are read. */
  public void header(String name, String value) {
    text(name);
    bytes.writeByte(':').writeByte(' ');
    text(value);
    bytes.writeBytes(LINE_END);
  }

  /** A character that would end the line becomes a blank, one that is not Latin-1 a '?'. */
  private void text(String text) {
    int length = text.length();
    bytes.ensureWritable(length);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      bytes.writeByte(c > 0xFF ? '?' : c < ' ' && c != '\t' ? ' ' : c);
    }
  }

  /** Ends the request; null: it has no body. */
  ByteBuf end(byte @Nullable [] body) {
    if (body != null) {
      bytes.writeBytes(LENGTH);
      text(Integer.toString(body.length));
      bytes.writeBytes(LINE_END);
    }
    bytes.writeBytes(LINE_END);
    return body == null ? bytes : bytes.writeBytes(body);
  }
}
