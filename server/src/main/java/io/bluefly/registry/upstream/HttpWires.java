package io.bluefly.registry.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.FastThreadLocal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to servers, kept while they wait for their next request: no
 * lock, no queue (docs/adr/0001, docs/performance.md).
 */
public final class HttpWires {
  /** Node's servers and uvicorn close a connection after 5 s without a request. */
  private static final long MAX_IDLE_NANOS = Duration.ofSeconds(4).toNanos();

  private static final int MAX_PER_SERVER = 256;
  private static final long SWEEP_MS = 1_000;
  private static final HttpHeadersFactory AS_READ =
      DefaultHttpHeadersFactory.headersFactory().withValidation(false);
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final int MAX_PART = 64 * 1024;
  private static final FastThreadLocal<HttpWires> OF_LOOP = new FastThreadLocal<>();

  private final Context context;
  private final NetClient client;
  private final Map<HttpOrigin, Deque<HttpWire>> idle = new HashMap<>();
  private final List<HttpWire> done = new ArrayList<>();
  private final byte[] room = PlainHead.room();
  private boolean keeping;

  private HttpWires(Vertx vertx) {
    this.context = vertx.getOrCreateContext();
    this.client = vertx.createNetClient(options());
    vertx.setPeriodic(SWEEP_MS, _ -> sweep());
  }

  /** How to connect; a certificate must be for the host that was asked for, names and literals. */
  static NetClientOptions options() {
    return new NetClientOptions()
        .setConnectTimeout(CONNECT_TIMEOUT_MS)
        .setTcpNoDelay(true)
        .setHostnameVerificationAlgorithm("HTTPS");
  }

  /**
   * Where to connect.
   *
   * @param address what the guard permits; the host's name is for the certificate alone
   */
  static ConnectOptions options(HttpTarget target, InetAddress address) {
    HttpOrigin origin = target.origin();
    String host = origin.host();
    boolean literal = NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    return new ConnectOptions()
        .setHost(host)
        .setPort(origin.port())
        .setRemoteAddress(SocketAddress.inetSocketAddress(origin.port(), address.getHostAddress()))
        .setSsl(origin.tls())
        .setSniServerName(origin.tls() && !literal ? host : null); // RFC 6066: names only.
  }

  /** Those of the event loop that asks. */
  public static HttpWires ofThisLoop(Vertx vertx) {
    HttpWires known = OF_LOOP.get();
    if (known == null) {
      known = new HttpWires(vertx);
      OF_LOOP.set(known);
    }
    return known;
  }

  /** A connection that was kept, or null. */
  public @Nullable HttpWire poll(HttpTarget target) {
    Deque<HttpWire> kept = idle.get(target.origin());
    HttpWire newest = kept == null ? null : kept.pollLast();
    if (newest == null) {
      return pollDone(target.origin());
    }
    if (isStale(newest, System.nanoTime()) || !newest.isReady()) {
      newest.close();
      return null;
    }
    return newest;
  }

  /** One that has just been answered on is still better than one more connection. */
  private @Nullable HttpWire pollDone(HttpOrigin origin) {
    for (int i = done.size() - 1; i >= 0; i--) {
      HttpWire wire = done.get(i);
      if (wire.isReady() && wire.origin().equals(origin)) {
        return done.remove(i);
      }
    }
    return null;
  }

  /** A new connection. */
  public Future<HttpWire> connect(HttpTarget target) {
    return Future.fromCompletionStage(target.address(), context)
        .compose(address -> client.connect(options(target, address)))
        .map(socket -> wire(socket, target));
  }

  private HttpWire wire(NetSocket socket, HttpTarget target) {
    ChannelHandlerContext end = ((NetSocketInternal) socket).channelHandlerContext();
    HttpWire wire = new HttpWire(this, target.origin(), end.channel());
    ChannelPipeline pipeline = end.pipeline();
    HttpDecoderConfig limits =
        new HttpDecoderConfig()
            .setMaxChunkSize(MAX_PART)
            .setHeadersFactory(AS_READ) // What is passed on of them is checked when it is written.
            .setTrailersFactory(AS_READ);
    pipeline.addBefore(end.name(), "answers", new AnswerDecoder(limits, room));
    pipeline.addBefore(end.name(), "wire", wire);
    return wire;
  }

  /** Keeps a connection whose exchange is complete, unless the server is about to close it. */
  public void keep(HttpWire wire) {
    if (!wire.isReusable()) {
      wire.close();
      return;
    }
    // If possible not before the next turn of the loop: the server may just have closed it.
    if (!keeping) {
      keeping = true;
      context.runOnContext(_ -> keepDone());
    }
    done.add(wire);
  }

  private void keepDone() {
    long now = System.nanoTime();
    for (HttpWire wire : done) {
      Deque<HttpWire> kept = idle.computeIfAbsent(wire.origin(), _ -> new ArrayDeque<>());
      if (kept.size() >= MAX_PER_SERVER) {
        wire.close();
      } else if (wire.isActive()) {
        wire.idleSince(now);
        kept.addLast(wire);
      }
    }
    done.clear();
    keeping = false;
  }

  void forget(HttpWire wire) {
    Deque<HttpWire> kept = idle.get(wire.origin());
    if (kept != null) {
      kept.remove(wire);
    }
  }

  private void sweep() {
    long now = System.nanoTime();
    for (Deque<HttpWire> kept : idle.values()) {
      while (!kept.isEmpty() && isStale(kept.peekFirst(), now)) {
        kept.pollFirst().close();
      }
    }
    idle.values().removeIf(Deque::isEmpty);
  }

  private static boolean isStale(HttpWire wire, long now) {
    return now - wire.idleSince() > MAX_IDLE_NANOS;
  }
}
