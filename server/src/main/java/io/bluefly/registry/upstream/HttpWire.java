package io.bluefly.registry.upstream;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Handler;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection to a server, for one exchange at a time, without what a client for
 * everything does: no queue, no futures, one write for each request. Lives on one event loop.
 */
public final class HttpWire extends ChannelInboundHandlerAdapter {
  /**
   * Hears an answer, on the context that has sent the request; {@link #end} or {@link #failed}
   * comes last, once.
   */
  public interface Listener {
    /** The head has come. */
    void head(HttpHead head);

    /** The next part of the body has come. */
    void content(byte[] part);

    /** The answer is complete; the connection may be {@linkplain HttpWires#keep kept}. */
    void end();

    /** The connection has broken, or what came is no answer. */
    void failed(Throwable why);
  }

  private static final int SWITCHING_PROTOCOLS = 101;

  private final HttpWires home;
  private final HttpOrigin origin;
  private final Channel channel;
  private final ChannelFutureListener notWritten = this::written;
  private final Handler<Object> taking = this::take;
  private @Nullable Listener listener;
  private @Nullable ContextInternal context;
  private @Nullable ChannelFuture written;
  private boolean interim;
  private long idleSince;
  private boolean last;

  HttpWire(HttpWires home, HttpOrigin origin, Channel channel) {
    this.home = home;
    this.origin = origin;
    this.channel = channel;
  }

  HttpOrigin origin() {
    return origin;
  }

  /** Since when it waits for a request, by {@link System#nanoTime}. */
  long idleSince() {
    return idleSince;
  }

  void idleSince(long nanos) {
    idleSince = nanos;
  }

  /**
   * Sends a request; {@code next} hears the answer on {@code on}, a context of this event loop.
   *
   * @return false when the connection is closed: nothing was sent, and nobody hears of it
   */
  public boolean send(
      WireRequest request, byte @Nullable [] body, ContextInternal on, Listener next) {
    if (!channel.isActive()) {
      return false;
    }
    listener = next;
    context = on;
    last = false;
    written = channel.writeAndFlush(request.end(channel.alloc(), body)).addListener(notWritten);
    return true;
  }

  private void written(ChannelFuture write) {
    if (!write.isSuccess()) {
      brokenBy(write.cause());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ContextInternal on = context;
    if (on == null || listener == null) {
      ReferenceCountUtil.release(message);
      close(); // Nobody has asked for anything.
    } else {
      on.dispatch(message, taking);
    }
  }

  private void take(Object message) {
    if (message instanceof AnswerDecoder.Whole answer) {
      takeWhole(answer);
    } else if (message instanceof HttpObject part) {
      takePart(part);
    } else {
      ReferenceCountUtil.release(message);
      close();
    }
  }

  private void takeWhole(AnswerDecoder.Whole answer) {
    try {
      if (listener != null) {
        listener.head(answer.head());
      }
      if (listener != null && answer.body().length > 0) {
        listener.content(answer.body());
      }
    } finally {
      end();
    }
  }

  private void takePart(HttpObject part) {
    try {
      if (part.decoderResult().isFailure()) {
        fail(part.decoderResult().cause());
        return;
      }
      if (part instanceof HttpResponse response) {
        begin(response);
      }
      if (part instanceof HttpContent content) {
        goOn(content);
      }
    } finally {
      ReferenceCountUtil.release(part);
    }
  }

  private void begin(HttpResponse response) {
    int status = response.status().code();
    interim = HttpStatusClass.INFORMATIONAL.contains(status);
    if (status == SWITCHING_PROTOCOLS) {
      fail(new IOException("the server has switched to another protocol"));
    } else if (!interim && listener != null) {
      last = !HttpUtil.isKeepAlive(response);
      listener.head(new HttpHead(status, response.headers()::get));
    }
  }

  private void goOn(HttpContent content) {
    if (interim) {
      return;
    }
    if (listener != null && content.content().isReadable()) {
      listener.content(ByteBufUtil.getBytes(content.content()));
    }
    if (content instanceof LastHttpContent) {
      end();
    }
  }

  private void end() {
    Listener hearing = listener;
    listener = null;
    context = null;
    if (hearing != null) {
      hearing.end();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    // Ends here: what is behind has nothing to flush.
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    home.forget(this);
    brokenBy(new IOException("the connection was closed by the server"));
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable why) {
    brokenBy(why);
    close();
  }

  private void brokenBy(Throwable why) {
    ContextInternal on = context;
    if (on != null) {
      on.dispatch(why, this::fail);
    }
  }

  private void fail(Throwable why) {
    Listener hearing = listener;
    listener = null;
    context = null;
    close();
    if (hearing != null) {
      hearing.failed(why);
    }
  }

  /** Whether the server takes another request on this connection. */
  boolean isReusable() {
    return channel.isActive() && !last;
  }

  /**
   * Whether all of the last request has been written, too: that may be heard of after its answer,
   * but not a turn of the loop later.
   */
  boolean isReady() {
    return channel.isActive() && written != null && written.isSuccess();
  }

  boolean isActive() {
    return channel.isActive();
  }

  /** Whether what the server sends is read; what has been read already still comes. */
  public void setReading(boolean reading) {
    channel.config().setAutoRead(reading);
  }

  /** Gives the exchange up, and the connection with it; its listener hears no more. */
  public void abandon() {
    if (channel.eventLoop().inEventLoop()) {
      listener = null;
      context = null;
    }
    close();
  }

  void close() {
    channel.close();
  }
}
