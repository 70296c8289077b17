package io.bluefly.registry.app;

import io.bluefly.registry.api.ApiRouter;
import io.bluefly.registry.api.Problems;
import io.bluefly.registry.gateway.Admission;
import io.bluefly.registry.gateway.GatewayEndpoint;
import io.bluefly.registry.gateway.McpPath;
import io.bluefly.registry.security.AdminKey;
import io.bluefly.registry.security.AllowedHosts;
import io.bluefly.registry.web.OpenPages;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AsciiString;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where every request comes in, on an event loop: who is not let in leaves before the body is read;
 * MCP goes to the data plane, all else to the control plane.
 */
final class FrontDoor implements Handler<HttpServerRequest>, Admission {
  private static final AsciiString API_KEY = AsciiString.cached("x-api-key");
  private static final String BEARER = "bearer ";
  private static final String LIVE = "/health/live";

  /** What orchestrators ask, by whatever name they know the registry, tells nobody anything. */
  private static final Set<String> FOR_ORCHESTRATORS = Set.of(LIVE, "/health/ready");

  private static final String HEALTH = "/health";

  private final AllowedHosts hosts;
  private final @Nullable AdminKey key;
  private final OpenPages pages;
  private final GatewayEndpoint gateway;
  private final Handler<HttpServerRequest> api;
  private final BooleanSupplier stopping;

  /** Lets in who has {@code key}, everybody when it is null. */
  FrontDoor(
      AllowedHosts hosts,
      @Nullable AdminKey key,
      OpenPages pages,
      GatewayEndpoint gateway,
      Handler<HttpServerRequest> api,
      BooleanSupplier stopping) {
    this.hosts = hosts;
    this.key = key;
    this.pages = pages;
    this.gateway = gateway;
    this.api = api;
    this.stopping = stopping;
  }

  @Override
  public void handle(HttpServerRequest request) {
    String path = request.path();
    if (stopping.getAsBoolean() && !LIVE.equals(path)) {
      request.response().putHeader("connection", "close");
      ApiRouter.send(request.response(), Problems.stopping());
    } else if (path != null && FOR_ORCHESTRATORS.contains(path)) {
      api.handle(request);
    } else if (!hosts.allowsHost(only(request.headers().getAll(HttpHeaders.HOST)))) {
      ApiRouter.send(request.response(), Problems.forbiddenHost("Host"));
    } else if (!hosts.allowsOrigin(request.getHeader(HttpHeaders.ORIGIN))) {
      ApiRouter.send(request.response(), Problems.forbiddenHost("Origin"));
    } else if (path == null || !request.uri().startsWith("/") || ApiRouter.isBadPath(path)) {
      ApiRouter.refuseBadPath(request.response());
    } else if (pages.has(path)) {
      pages.serve(request);
    } else if (!path.equals(HEALTH)
        && !isKnown(request.getHeader(API_KEY), request.getHeader(HttpHeaders.AUTHORIZATION))) {
      request.response().putHeader("www-authenticate", "Bearer realm=\"mcp-registry\"");
      ApiRouter.send(request.response(), Problems.unauthorized());
    } else {
      serve(request, path);
    }
  }

  private static @Nullable String only(List<String> hosts) {
    return hosts.size() == 1 ? hosts.getFirst() : null;
  }

  private void serve(HttpServerRequest request, String path) {
    McpPath mcp = McpPath.parse(path);
    if (mcp == null) {
      api.handle(request);
    } else if (GatewayEndpoint.isWebSocket(request)) {
      gateway.openWebSocket(request, mcp);
    } else {
      // Only if it was not admitted a moment ago, and would be now.
      ApiRouter.send(request.response(), Problems.busy());
    }
  }

  private boolean isKnown(@Nullable String apiKey, @Nullable String authorization) {
    if (key == null) {
      return true;
    }
    String sent = apiKey;
    if (authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      sent = authorization.substring(BEARER.length());
    }
    return sent != null && key.matches(sent.strip());
  }

  /** Whoever is not let in here is told why by {@link #handle}. */
  @Override
  public @Nullable McpPath admit(String uri, io.netty.handler.codec.http.HttpHeaders headers) {
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    McpPath mcp = McpPath.parse(path);
    boolean admitted =
        mcp != null
            && !stopping.getAsBoolean()
            && hosts.allowsHost(only(headers.getAll(HttpHeaderNames.HOST)))
            && hosts.allowsOrigin(headers.get(HttpHeaderNames.ORIGIN))
            && !ApiRouter.isBadPath(path)
            && isKnown(headers.get(API_KEY), headers.get(HttpHeaderNames.AUTHORIZATION));
    return admitted ? mcp : null;
  }
}
