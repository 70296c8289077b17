package io.bluefly.registry.web;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Serves what needs no key: the OpenAPI document and the page that shows it. */
public final class OpenPages {
  /** Where the reference promises the OpenAPI document. */
  public static final String OPENAPI_PATH =
      "/technical-guide/openapi/agent-protocol/mcp-registry.openapi.yaml";

  /** The OpenAPI document on the class path. */
  public static final String OPENAPI_RESOURCE = "/openapi/mcp-registry.openapi.yaml";

  private static final String YAML = "application/yaml";
  private static final String HTML = "text/html; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  /** A file on the class path and its media type. */
  private record Page(String resource, String type) {}

  private final Vertx vertx;
  private final Map<String, Page> pages = new HashMap<>();

  /** Knows the pages; reads each when it is asked for. */
  public OpenPages(Vertx vertx) {
    this.vertx = vertx;
    pages.put(OPENAPI_PATH, new Page(OPENAPI_RESOURCE, YAML));
    pages.put("/openapi", new Page(OPENAPI_RESOURCE, YAML));
    pages.put("/docs", new Page("/io/bluefly/registry/web/docs.html", HTML));
    pages.put("/docs/docs.js", new Page("/io/bluefly/registry/web/docs.js", SCRIPT));
    String swagger = "/META-INF/resources/webjars/swagger-ui/" + swaggerVersion() + "/";
    pages.put("/docs/swagger-ui.css", new Page(swagger + "swagger-ui.css", "text/css"));
    pages.put("/docs/swagger-ui-bundle.js", new Page(swagger + "swagger-ui-bundle.js", SCRIPT));
  }

  private static String swaggerVersion() {
    Properties properties = new Properties();
    try (InputStream in =
        OpenPages.class.getResourceAsStream(
            "/META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }

  /** Whether {@code path} is one of the pages. */
  public boolean has(@Nullable String path) {
    return path != null && pages.containsKey(path);
  }

  /** Answers with the page at the request's path. */
  public void serve(HttpServerRequest request) {
    Page page = pages.get(request.path());
    boolean read =
        request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    if (page == null || !read) {
      request
          .response()
          .setStatusCode(page == null ? 404 : 405)
          .putHeader("allow", "GET, HEAD")
          .end();
      return;
    }
    vertx
        .executeBlocking(() -> read(page.resource), false)
        .onSuccess(buffer ->
            request
                .response()
                .putHeader("content-type", page.type)
                .putHeader("x-content-type-options", "nosniff")
                .putHeader("x-frame-options", "DENY")
                .putHeader(
                    "content-security-policy",
                    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
                        + " object-src 'none'; base-uri 'none'; form-action 'none';"
                        + " frame-ancestors 'none'")
                .end(buffer))
        .onFailure(_ -> request.response().setStatusCode(500).end());
  }

  private static Buffer read(String resource) throws IOException {
    try (InputStream in = OpenPages.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException(resource + " is not on the class path");
      }
      return Buffer.buffer(in.readAllBytes());
    }
  }
}
