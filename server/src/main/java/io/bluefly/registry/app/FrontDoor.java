package io.bluefly.registry.app;

import io.bluefly.registry.api.ApiRouter;
import io.bluefly.registry.api.AuditTrail;
import io.bluefly.registry.api.Problem;
import io.bluefly.registry.api.Problems;
import io.bluefly.registry.gateway.Admission;
import io.bluefly.registry.gateway.GatewayEndpoint;
import io.bluefly.registry.gateway.McpPath;
import io.bluefly.registry.security.AllowedHosts;
import io.bluefly.registry.security.Authenticator;
import io.bluefly.registry.security.Credentials;
import io.bluefly.registry.security.Identity;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.ProtectedResource;
import io.bluefly.registry.security.RateLimit;
import io.bluefly.registry.security.SafeHeaders;
import io.bluefly.registry.web.OpenPages;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AsciiString;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where every request comes in, on an event loop: who is not let in leaves before the body is read;
 * MCP goes to the data plane, all else to the control plane.
 */
final class FrontDoor implements Handler<HttpServerRequest>, Admission {
  private static final AsciiString API_KEY = AsciiString.cached("x-api-key");
  private static final Verdict PASSED_ON = new Verdict.PassedOn();
  private static final String LIVE = "/health/live";

  /** What orchestrators ask, by whatever name they know the registry, tells nobody anything. */
  private static final Set<String> FOR_ORCHESTRATORS = Set.of(LIVE, "/health/ready");

  private static final String HEALTH = "/health";

  private final Vertx vertx;
  private final AllowedHosts hosts;
  private final Authenticator authenticator;
  private final AuditTrail trail;
  private final @Nullable ProtectedResource resource;
  private final ResourceMetadata metadata;
  private final OpenPages pages;
  private final GatewayEndpoint gateway;
  private final Handler<HttpServerRequest> api;
  private final SafeHeaders safe;
  private final RateLimit keys;
  private final FailedLogins failedLogins;
  private final BooleanSupplier stopping;

  /**
   * Lets in whom {@code authenticator} knows.
   *
   * @param resource what clients are told of who gives tokens; null where only keys count
   */
  FrontDoor(
      Vertx vertx,
      AllowedHosts hosts,
      Authenticator authenticator,
      AuditTrail trail,
      @Nullable ProtectedResource resource,
      OpenPages pages,
      GatewayEndpoint gateway,
      Handler<HttpServerRequest> api,
      SafeHeaders safe,
      RateLimit keys,
      FailedLogins failedLogins,
      BooleanSupplier stopping) {
    this.vertx = vertx;
    this.hosts = hosts;
    this.authenticator = authenticator;
    this.trail = trail;
    this.resource = resource;
    this.metadata = new ResourceMetadata(resource);
    this.pages = pages;
    this.gateway = gateway;
    this.api = api;
    this.safe = safe;
    this.keys = keys;
    this.failedLogins = failedLogins;
    this.stopping = stopping;
  }

  @Override
  public void handle(HttpServerRequest request) {
    safe.addTo(request.response()::putHeader);
    String path = request.path();
    if (stopping.getAsBoolean() && !LIVE.equals(path)) {
      request.response().putHeader("connection", "close");
      ApiRouter.send(request.response(), Problems.stopping());
    } else if (path != null && FOR_ORCHESTRATORS.contains(path)) {
      api.handle(request);
    } else if (!hosts.allowsHost(only(request.headers().getAll(HttpHeaders.HOST)))) {
      refuse(request, null, Problems.forbiddenHost("Host"));
    } else if (!hosts.allowsOrigin(request.getHeader(HttpHeaders.ORIGIN))) {
      refuse(request, null, Problems.forbiddenHost("Origin"));
    } else if (path == null || !request.uri().startsWith("/") || ApiRouter.isBadPath(path)) {
      ApiRouter.refuseBadPath(request.response());
    } else if (pages.has(path)) {
      pages.serve(request);
    } else if (ResourceMetadata.has(path)) {
      metadata.serve(request, path);
    } else if (path.equals(HEALTH)) {
      api.handle(request);
    } else {
      serve(request, path, identify(request));
    }
  }

  /** Nobody hears of a refusal before it is written down. */
  private void refuse(HttpServerRequest request, @Nullable Principal principal, Problem problem) {
    Context context = vertx.getOrCreateContext();
    trail
        .refused(principal, request, problem)
        .thenRun(() -> context.runOnContext(_ -> ApiRouter.send(request.response(), problem)));
  }

  private Identity identify(HttpServerRequest request) {
    return authenticator.identify(credentials(request));
  }

  private static @Nullable String credentials(HttpServerRequest request) {
    return Credentials.of(request.getHeader(API_KEY), request.getHeader(HttpHeaders.AUTHORIZATION));
  }

  /** RFC 6750, 3: who sent nothing is told of no error. */
  private String challenge(HttpServerRequest request, String path, String why) {
    if (resource == null) {
      return "Bearer realm=\"mcp-registry\"";
    }
    String about = ResourceMetadata.about(path);
    String scope =
        about.isEmpty()
            ? String.join(" ", resource.scopes())
            : ProtectedResource.scope(Permission.CALL);
    return credentials(request) == null
        ? resource.challenge(about, scope)
        : resource.invalidToken(about, scope, why);
  }

  private void serve(HttpServerRequest request, String path, Identity identity) {
    switch (identity) {
      case Identity.Known known -> serve(request, path, known.principal());
      case Identity.Unknown _ when failedLogins.isTooMuch(request) -> {}
      case Identity.Unknown unknown -> {
        request.response().putHeader("www-authenticate", challenge(request, path, unknown.why()));
        refuse(request, null, Problems.unauthorized(unknown.why()));
      }
      case Identity.Undecided undecided -> {
        request.response().putHeader("retry-after", "1");
        ApiRouter.send(request.response(), Problems.undecided(undecided.why()));
      }
      case Identity.Pending pending -> {
        Context context = vertx.getOrCreateContext();
        request.pause();
        pending
            .later()
            .thenAccept(found ->
                context.runOnContext(_ -> {
                  serve(request, path, found);
                  // Who opens a WebSocket resumes by itself; before that nothing may be read.
                  if (!GatewayEndpoint.isWebSocket(request) || request.response().ended()) {
                    request.resume();
                  }
                }));
      }
    }
  }

  private static @Nullable String only(List<String> hosts) {
    return hosts.size() == 1 ? hosts.getFirst() : null;
  }

  private void serve(HttpServerRequest request, String path, Principal principal) {
    McpPath mcp = McpPath.parse(path);
    if (mcp == null) {
      control(request, principal);
    } else if (!principal.may(Permission.CALL)) {
      if (resource != null) {
        request
            .response()
            .putHeader("www-authenticate", resource.insufficientScope(path, Permission.CALL));
      }
      refuse(request, principal, Problems.forbidden(Permission.CALL));
    } else if (GatewayEndpoint.isWebSocket(request)) {
      gateway.openWebSocket(request, principal, mcp);
    } else {
      // Only if it was not admitted a moment ago, and would be now.
      ApiRouter.send(request.response(), Problems.busy());
    }
  }

  private void control(HttpServerRequest request, Principal principal) {
    int seconds = keys.take(principal.id());
    if (seconds == 0) {
      api.handle(request);
    } else {
      request.response().putHeader("retry-after", Integer.toString(seconds));
      ApiRouter.send(request.response(), Problems.rateLimited(keys.amount(), seconds));
    }
  }

  /** Answers to what is no request, or has too long a head; nothing more is read. */
  void refuse(HttpServerRequest request) {
    safe.addTo(request.response()::putHeader);
    request.response().putHeader("connection", "close");
    ApiRouter.send(request.response(), Problems.badHead(request.decoderResult().cause()));
    request.connection().close();
  }

  /** Whoever is not let in here is told why by {@link #handle}. */
  @Override
  public Verdict admit(String uri, io.netty.handler.codec.http.HttpHeaders headers) {
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    McpPath mcp = McpPath.parse(path);
    boolean admissible =
        !stopping.getAsBoolean()
            && hosts.allowsHost(only(headers.getAll(HttpHeaderNames.HOST)))
            && hosts.allowsOrigin(headers.get(HttpHeaderNames.ORIGIN))
            && !ApiRouter.isBadPath(path);
    if (mcp == null || !admissible) {
      return PASSED_ON;
    }
    String credentials =
        Credentials.of(headers.get(API_KEY), headers.get(HttpHeaderNames.AUTHORIZATION));
    return switch (authenticator.identify(credentials)) {
      case Identity.Known known when known.principal().may(Permission.CALL) ->
          new Verdict.Admitted(mcp, known.principal());
      case Identity.Known _, Identity.Unknown _, Identity.Undecided _ -> PASSED_ON;
      case Identity.Pending pending -> new Verdict.Later(pending.later());
    };
  }
}
