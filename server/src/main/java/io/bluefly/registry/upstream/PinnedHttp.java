package io.bluefly.registry.upstream;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;

/**
 * Requests that are connected to the address which the egress guard has permitted, whatever a name
 * server says by then, and bodies that are no longer than they may be.
 */
public final class PinnedHttp {
  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;

  private PinnedHttp() {}

  /**
   * A request to the host of {@code site}.
   *
   * @param address where that is
   * @param target path and query
   * @param deadline for connecting, and of silence
   */
  public static RequestOptions options(
      URI site, InetAddress address, String target, Duration deadline) {
    boolean tls = "https".equalsIgnoreCase(site.getScheme());
    int port = site.getPort() > 0 ? site.getPort() : tls ? HTTPS_PORT : HTTP_PORT;
    return new RequestOptions()
        .setHost(site.getHost())
        .setPort(port)
        .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
        .setSsl(tls)
        .setURI(target)
        .setFollowRedirects(false)
        .setTimeout(deadline.toMillis())
        .setIdleTimeout(deadline.toMillis())
        .putHeader("accept-encoding", "identity");
  }

  /** The whole body; whoever sends more than {@code most} bytes is left at once. */
  public static Future<Buffer> body(HttpClientResponse response, int most) {
    Buffer body = Buffer.buffer();
    response.handler(part -> {
      if (body.length() + part.length() > most) {
        response.request().reset();
      } else {
        body.appendBuffer(part);
      }
    });
    return response
        .end()
        .map(body)
        .recover(_ -> Future.failedFuture("it is longer than " + most + " bytes, or breaks off"));
  }
}
