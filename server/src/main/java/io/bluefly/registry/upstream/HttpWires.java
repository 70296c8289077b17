package io.bluefly.registry.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseDecoder;
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
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
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
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final int MAX_PART = 64 * 1024;
  private static final FastThreadLocal<HttpWires> OF_LOOP = new FastThreadLocal<>();

  private record Server(String host, int port, boolean tls) {
    static Server of(HttpTarget target) {
      return new Server(target.host(), target.port(), target.tls());
    }
  }

  private record Idle(HttpWire wire, long since) {}

  private final Context context;
  private final NetClient client;
  private final Map<Server, Deque<Idle>> idle = new HashMap<>();

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

  /** Where to connect. */
  static ConnectOptions options(HttpTarget target) {
    String host = target.host();
    boolean literal = NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    return new ConnectOptions()
        .setHost(host)
        .setPort(target.port())
        .setSsl(target.tls())
        .setSniServerName(target.tls() && !literal ? host : null); // RFC 6066: names only.
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
    Deque<Idle> kept = idle.get(Server.of(target));
    Idle newest = kept == null ? null : kept.pollLast();
    if (newest == null) {
      return null;
    }
    if (isStale(newest) || !newest.wire.isActive()) {
      newest.wire.close();
      return null;
    }
    return newest.wire;
  }

  /** A new connection. */
  public Future<HttpWire> connect(HttpTarget target) {
    return client.connect(options(target)).map(socket -> wire(socket, target));
  }

  private HttpWire wire(NetSocket socket, HttpTarget target) {
    ChannelHandlerContext end = ((NetSocketInternal) socket).channelHandlerContext();
    HttpWire wire = new HttpWire(this, target, end.channel());
    ChannelPipeline pipeline = end.pipeline();
    HttpDecoderConfig limits = new HttpDecoderConfig().setMaxChunkSize(MAX_PART);
    pipeline.addBefore(end.name(), "answers", new HttpResponseDecoder(limits));
    pipeline.addBefore(end.name(), "wire", wire);
    return wire;
  }

  /** Keeps a connection whose exchange is complete, unless the server is about to close it. */
  public void keep(HttpWire wire) {
    Deque<Idle> kept = idle.computeIfAbsent(Server.of(wire.target()), _ -> new ArrayDeque<>());
    if (kept.size() >= MAX_PER_SERVER || !wire.isReusable()) {
      wire.close();
    } else {
      // Not before the next turn of the loop: the server may just have closed it.
      context.runOnContext(_ -> {
        if (wire.isActive()) {
          idle.computeIfAbsent(Server.of(wire.target()), _ -> new ArrayDeque<>())
              .addLast(new Idle(wire, System.nanoTime()));
        }
      });
    }
  }

  void forget(HttpWire wire) {
    Deque<Idle> kept = idle.get(Server.of(wire.target()));
    if (kept != null) {
      kept.removeIf(entry -> entry.wire.equals(wire));
    }
  }

  private void sweep() {
    for (Deque<Idle> kept : idle.values()) {
      while (!kept.isEmpty() && isStale(kept.peekFirst())) {
        kept.pollFirst().wire.close();
      }
    }
    idle.values().removeIf(Deque::isEmpty);
  }

  private static boolean isStale(Idle entry) {
    return System.nanoTime() - entry.since > MAX_IDLE_NANOS;
  }
}
