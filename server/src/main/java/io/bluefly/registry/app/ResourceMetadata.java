package io.bluefly.registry.app;

import io.bluefly.registry.api.ApiRouter;
import io.bluefly.registry.api.Problems;
import io.bluefly.registry.gateway.McpPath;
import io.bluefly.registry.security.ProtectedResource;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Tells clients without a token which issuer to ask for one (RFC 9728): for the registry as a
 * whole, and for each address of the data plane, whether there is something or not.
 */
record ResourceMetadata(@Nullable ProtectedResource resource) {
  /** Whether {@code path} is one of those. */
  static boolean has(String path) {
    return path.startsWith(ProtectedResource.METADATA)
        && (path.length() == ProtectedResource.METADATA.length()
            || path.charAt(ProtectedResource.METADATA.length()) == '/');
  }

  /** The path below the registry that a challenge at {@code path} is about. */
  static String about(String path) {
    return McpPath.parse(path) == null ? "" : path;
  }

  /** Answers a request for one of them. */
  void serve(HttpServerRequest request, String path) {
    String about = path.substring(ProtectedResource.METADATA.length());
    boolean read =
        request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    if (resource == null || !(about.isEmpty() || McpPath.parse(about) != null)) {
      ApiRouter.send(request.response(), Problems.notFound(path));
    } else if (!read) {
      request.response().putHeader("allow", "GET, HEAD");
      ApiRouter.send(request.response(), Problems.methodNotAllowed("GET, HEAD"));
    } else {
      request
          .response()
          .putHeader("content-type", "application/json")
          .putHeader("x-content-type-options", "nosniff")
          .end(json(resource, about));
    }
  }

  private static String json(ProtectedResource resource, String about) {
    return new JsonObject()
        .put("resource", resource.url() + about)
        .put("resource_name", "MCP Registry")
        .put("authorization_servers", JsonArray.of(resource.issuer()))
        .put("scopes_supported", new JsonArray(resource.scopes()))
        .put("bearer_methods_supported", JsonArray.of("header"))
        .encode();
  }
}
