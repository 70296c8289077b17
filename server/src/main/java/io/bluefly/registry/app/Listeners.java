package io.bluefly.registry.app;

import io.bluefly.registry.api.ApiRouter;
import io.bluefly.registry.api.AuditTrail;
import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.gateway.ClientLimits;
import io.bluefly.registry.gateway.Gateway;
import io.bluefly.registry.gateway.GatewayEndpoint;
import io.bluefly.registry.security.AllowedHosts;
import io.bluefly.registry.security.Authenticator;
import io.bluefly.registry.security.ProtectedResource;
import io.bluefly.registry.security.SafeHeaders;
import io.bluefly.registry.web.OpenPages;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The HTTP servers, one for each event loop, all on the same port. */
final class Listeners {
  private static final int START_SECONDS = 10;
  private static final int MAX_PORT = 65_535;

  private final Vertx vertx;
  private final RegistrySettings settings;
  private final Gateway gateway;
  private final ApiRouter router;
  private final AllowedHosts hosts;
  private final Authenticator authenticator;
  private final AuditTrail trail;
  private final @Nullable ProtectedResource resource;
  private final @Nullable TlsFiles tls;
  private final SafeHeaders safe;
  private final ClientLimits limits;
  private final FailedLogins failedLogins;
  private final Collection<HttpServer> servers = new ConcurrentLinkedQueue<>();
  private volatile int port;
  private volatile boolean stopping;

  Listeners(
      Vertx vertx,
      RegistrySettings settings,
      Authenticator authenticator,
      AuditTrail trail,
      @Nullable ProtectedResource resource,
      Gateway gateway,
      ApiRouter router) {
    this.vertx = vertx;
    this.settings = settings;
    this.gateway = gateway;
    this.router = router;
    this.hosts =
        new AllowedHosts(settings.host(), settings.security().allowedHosts().orElse(List.of()));
    this.authenticator = authenticator;
    this.trail = trail;
    this.resource = resource;
    this.tls = TlsFiles.of(settings.tls(), vertx);
    this.safe = tls == null ? SafeHeaders.PLAIN : SafeHeaders.withTls();
    this.limits = new ClientLimits(settings.limits(), safe, System::nanoTime);
    this.failedLogins = new FailedLogins(settings.limits(), System::nanoTime);
  }

  /** One event loop's server. */
  private final class Listener extends VerticleBase {
    @Override
    public Future<HttpServer> start() {
      GatewayEndpoint endpoint = new GatewayEndpoint(vertx, gateway, limits);
      FrontDoor door =
          new FrontDoor(
              vertx,
              hosts,
              authenticator,
              trail,
              resource,
              new OpenPages(vertx),
              endpoint,
              router.router(),
              safe,
              limits.keys(),
              failedLogins,
              () -> stopping);
      HttpServer server = vertx.createHttpServer(options());
      servers.add(server);
      return server
          .connectionHandler(connection -> endpoint.serve(connection, door))
          .requestHandler(door)
          .invalidRequestHandler(door::refuse)
          .listen(port, settings.host());
    }

    private HttpServerOptions options() {
      HttpServerOptions options = tls == null ? new HttpServerOptions() : tls.options();
      return options
          .setTcpNoDelay(true)
          .setMaxHeaderSize(settings.limits().maxHead())
          .setMaxInitialLineLength(settings.limits().maxRequestLine())
          .setHandle100ContinueAutomatically(true)
          .setHttp2ClearTextEnabled(false)
          .setCompressionSupported(false)
          // A small compressed frame may be gigabytes before any limit is looked at.
          .setPerMessageWebSocketCompressionSupported(false)
          .setPerFrameWebSocketCompressionSupported(false)
          .setWebSocketSubProtocols(List.of(GatewayEndpoint.SUBPROTOCOL))
          .setMaxWebSocketFrameSize(settings.gateway().maxMessage())
          .setMaxWebSocketMessageSize(settings.gateway().maxMessage());
    }
  }

  /** Takes the port. */
  void open() {
    port = settings.port();
    if (port < 0 || port > MAX_PORT) {
      throw new ConfigException("The port must be from 0 to " + MAX_PORT + ", not " + port);
    }
    try {
      if (port == 0) {
        port = freePort();
      }
      deploy(Runtime.getRuntime().availableProcessors());
    } catch (IOException | ExecutionException | TimeoutException e) {
      throw new ConfigException(
          "Nothing can listen on "
              + settings.host()
              + ":"
              + settings.port()
              + " ("
              + reason(e)
              + "); choose another with --port or --host");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConfigException("The start was interrupted");
    }
  }

  /** The servers share a port only when all of them know it before. */
  private int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(settings.host()))) {
      return socket.getLocalPort();
    }
  }

  private void deploy(int instances)
      throws ExecutionException, InterruptedException, TimeoutException {
    vertx
        .deployVerticle(Listener::new, new DeploymentOptions().setInstances(instances))
        .toCompletionStage()
        .toCompletableFuture()
        .get(START_SECONDS, TimeUnit.SECONDS);
  }

  private static String reason(Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String message = String.valueOf(cause.getMessage());
    return message.contains("Address already in use") ? "the address is already in use" : message;
  }

  /** From now on new requests are refused; those that were let in go on. */
  void refuse() {
    stopping = true;
  }

  /** Takes a certificate that has changed; called again and again, and may wait. */
  void reload() {
    if (tls != null) {
      tls.reload(servers);
    }
  }

  /** The port that was taken. */
  int port() {
    return port;
  }
}
