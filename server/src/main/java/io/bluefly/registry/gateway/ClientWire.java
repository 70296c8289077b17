package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bluefly.registry.gateway.Admission.Verdict;
import io.bluefly.registry.gateway.Admission.Verdict.Admitted;
import io.bluefly.registry.gateway.Admission.Verdict.Later;
import io.bluefly.registry.gateway.Admission.Verdict.PassedOn;
import io.bluefly.registry.upstream.HeadText;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Handler;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import io.vertx.core.internal.ContextInternal;
import java.nio.channels.ClosedChannelException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP/1.1 connection of a client, between the codec and Vert.x: takes out what is for the data
 * plane, which does without Vert.x's requests and responses (docs/adr/0009), and passes all else
 * on. One request at a time: what a client sends before its last answer is complete waits here.
 * Lives on one event loop.
 */
final class ClientWire extends ChannelDuplexHandler {
  private static final Logger log = LoggerFactory.getLogger(ClientWire.class);

  /** Parts that may wait before nothing more is read. */
  private static final int MAX_WAITING = 16;

  private static final Verdict NOT_OURS = new PassedOn();

  /** What is said to a client whose request does not come to its end. */
  private static final String TOO_SLOW =
      """
      {"type":"urn:mcp-registry:problem:too-slow","title":"The request came too slowly","status":408,\
      "detail":"A request has to come whole in limits.header-timeout and limits.body-timeout"}\
      """;

  private final ContextInternal context;
  private final ClientWatch watch;
  private final Pace pace;
  private final AsciiString safeLines;
  private final Admission admission;
  private final BiConsumer<ClientExchange, McpPath> gateway;
  private final Handler<Object> taking = this::take;
  private final Deque<Object> waiting = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext passing;
  private @Nullable ChannelHandlerContext encoder;

  /** What the data plane is busy with. */
  private @Nullable ClientExchange current;

  /** Whether a request was passed on and is not answered yet. */
  private boolean passedOn;

  /** Whether the answer to what was passed on has begun. */
  private boolean answering;

  /** Whether the rest of a request has to be passed on. */
  private boolean passingOn;

  private boolean goingOn;

  /** Whether it is being found out who has sent the request that waits. */
  private boolean asking;

  /** Whether the client has said that this request is its last. */
  private boolean last;

  private boolean closing;

  /** Whether the client was told that it is too slow. */
  private boolean expired;

  /**
   * A connection of the event loop of {@code context}.
   *
   * @param watch sees to it that it goes on
   * @param safeLines headers that every answer has
   * @param gateway serves what {@code admission} lets in
   */
  ClientWire(
      ContextInternal context,
      ClientWatch watch,
      AsciiString safeLines,
      Admission admission,
      BiConsumer<ClientExchange, McpPath> gateway) {
    this.context = context;
    this.watch = watch;
    this.pace = watch.pace();
    this.safeLines = safeLines;
    this.admission = admission;
    this.gateway = gateway;
  }

  /**
   * Takes its place before {@code vertxs} on a connection that has just been opened.
   *
   * @param decoder one that tells the pace, in place of Vert.x's own
   */
  void enter(ChannelHandlerContext vertxs, Function<Pace, RequestDecoder> decoder) {
    ChannelPipeline pipeline = vertxs.pipeline();
    pipeline.replace(VertxHttpRequestDecoder.class, "httpDecoder", decoder.apply(pace));
    pipeline.addBefore(vertxs.name(), "mcp", this);
    watch.add(this);
  }

  /** Ends the connection if it does not go on. */
  void check() {
    ChannelHandlerContext here = passing;
    if (here == null) {
      return;
    }
    if (current != null && current.isForbidden(Instant.now())) {
      here.close();
      return;
    }
    switch (pace.verdict(here.channel())) {
      case GOES_ON -> {
        if (expired) {
          here.close(); // It did not even read that.
        }
      }
      // From here, not from the end: there Vert.x waits until the client has read all.
      case CLOSE -> here.close();
      case TOO_SLOW -> expire(here);
    }
  }

  private void expire(ChannelHandlerContext here) {
    ChannelHandlerContext out = encoder;
    boolean begun = answering || (current != null && current.isBegun());
    if (expired || begun || out == null || !here.channel().isWritable()) {
      here.close();
      return;
    }
    expired = true;
    closing = true;
    byte[] body = TOO_SLOW.getBytes(US_ASCII);
    HeadText head = new HeadText().text("HTTP/1.1 408 Request Timeout").endLine();
    head.header("content-type", "application/problem+json").raw(safeLines);
    head.header("connection", "close").header("content-length", Integer.toString(body.length));
    out.writeAndFlush(head.end(out.alloc(), body)).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    passing = ctx;
    encoder = ctx.pipeline().context(HttpResponseEncoder.class);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (waiting.isEmpty() || !(message instanceof HttpObject)) {
      context.dispatch(message, taking);
    } else {
      hold(message);
    }
  }

  private void hold(Object message) {
    waiting.add(message);
    if (waiting.size() >= MAX_WAITING && passing != null) {
      passing.channel().config().setAutoRead(false);
    }
  }

  private void take(Object message) {
    if (closing) {
      ReferenceCountUtil.release(message); // RFC 9112, 9.6: nothing is processed any more.
    } else if (message instanceof HttpRequest head) {
      begin(head);
    } else if (current != null && message instanceof HttpContent content) {
      goOn(current, content);
    } else {
      pass(message);
    }
  }

  private void begin(HttpRequest head) {
    if (isBusy()) {
      hold(head);
      return;
    }
    if (last) {
      closing = true;
      ReferenceCountUtil.release(head);
      return;
    }
    switch (verdict(head)) {
      case Later later -> ask(head, later.known());
      case Admitted admitted when encoder != null -> {
        last = !HttpUtil.isKeepAlive(head);
        ClientExchange exchange =
            new ClientExchange(encoder, head, admitted.principal(), safeLines, this::complete);
        current = exchange;
        exchange.welcome();
        serve(exchange, admitted.path());
      }
      case Admitted _, PassedOn _ -> {
        last = !HttpUtil.isKeepAlive(head);
        passedOn = true;
        passingOn = true;
        pass(head);
      }
    }
  }

  /** Nothing is read from the client until it is known who that is. */
  private void ask(HttpRequest head, CompletionStage<?> known) {
    asking = true;
    waiting.addFirst(head);
    if (passing != null) {
      passing.channel().config().setAutoRead(false);
    }
    known.whenComplete((_, _) ->
        context.runOnContext(_ -> {
          asking = false;
          next();
        }));
  }

  /** A client can't be left without an answer when we fail. */
  private void serve(ClientExchange exchange, McpPath path) {
    try {
      gateway.accept(exchange, path);
    } catch (RuntimeException e) {
      log.error("A request could not be served", e);
      exchange.reset();
    }
  }

  private Verdict verdict(HttpRequest head) {
    HttpHeaders headers = head.headers();
    boolean ours =
        head.decoderResult().isSuccess()
            && (head.protocolVersion().equals(HttpVersion.HTTP_1_1)
                || head.protocolVersion().equals(HttpVersion.HTTP_1_0))
            && !WebSocketClients.isUpgrade(headers.get(HttpHeaderNames.UPGRADE));
    return ours ? admission.admit(head.uri(), headers) : NOT_OURS;
  }

  private void goOn(ClientExchange exchange, HttpContent content) {
    try {
      exchange.content(content);
    } catch (RuntimeException e) {
      log.error("A request could not be served", e);
      exchange.reset();
    } finally {
      content.release();
    }
  }

  private void pass(Object message) {
    if (message instanceof LastHttpContent) {
      passingOn = false;
    }
    if (passing != null) {
      passing.fireChannelRead(message);
    }
  }

  /** The data plane has read its request and written its answer. */
  private void complete() {
    current = null;
    pace.answered();
    next();
  }

  /** Also with what the client has not read yet, or answers would pile up here. */
  private boolean isBusy() {
    boolean full = passing != null && !passing.channel().isWritable();
    return asking || current != null || passedOn || passingOn || full;
  }

  /** Whoever waits, in order, as far as it is their turn. */
  private void next() {
    if (goingOn || waiting.isEmpty()) {
      return;
    }
    goingOn = true;
    while (!waiting.isEmpty() && !(isBusy() && waiting.peekFirst() instanceof HttpRequest)) {
      context.dispatch(waiting.pollFirst(), taking);
    }
    goingOn = false;
    if (passing != null) {
      passing.fireChannelReadComplete(); // Vert.x writes only then.
      if (waiting.isEmpty()) {
        passing.channel().config().setAutoRead(true);
      }
    }
  }

  /** Sees the answers to what was passed on. */
  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (expired) {
      ReferenceCountUtil.release(message);
      promise.tryFailure(new ClosedChannelException());
      return;
    }
    boolean ends = message instanceof LastHttpContent && !isInterim(message);
    answering |= message instanceof HttpResponse && !isInterim(message);
    ctx.write(message, promise);
    if (ends && passedOn) {
      passedOn = false;
      answering = false;
      pace.answered();
      if (!waiting.isEmpty()) {
        ctx.executor().execute(this::next); // When Vert.x has done with this one.
      }
    }
  }

  private static boolean isInterim(Object message) {
    return message instanceof HttpResponse response
        && HttpStatusClass.INFORMATIONAL.contains(response.status().code());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      if (current != null) {
        context.dispatch(current, ClientExchange::drained);
      }
      next();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    watch.remove(this);
    ClientExchange left = current;
    if (left != null) {
      current = null;
      context.dispatch(left, ClientExchange::gone);
    }
    release();
    ctx.fireChannelInactive();
  }

  private void release() {
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }
}
