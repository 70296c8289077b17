package io.bluefly.registry.api;

import io.bluefly.registry.api.Contract.Described;
import io.bluefly.registry.security.Authenticator;
import io.bluefly.registry.security.Credentials;
import io.bluefly.registry.security.Identity;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.ProtectedResource;
import io.bluefly.registry.stream.EventStreams.Wish;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Leads requests to the operations of the contract. Requests are read on the event loop and served
 * on virtual threads, of which only so many run at once.
 */
public final class ApiRouter {
  private static final int CONCURRENT_OPERATIONS = 512;
  private static final int CONCURRENT_OPEN = 64;
  private static final Pattern BAD_PATH =
      Pattern.compile("//|(^|/)(\\.|%2[eE]){1,2}(/|$)|%(?![0-9a-fA-F]{2})|%00");

  private final Vertx vertx;
  private final Contract contract;
  private final Api api;
  private final StreamApi streams;
  private final Authenticator authenticator;
  private final AuditTrail trail;
  private final @Nullable ProtectedResource resource;
  private final Executor executor;
  private final Semaphore running = new Semaphore(CONCURRENT_OPERATIONS);

  /** For what needs no key: orchestrators ask whether it lives also when all others wait. */
  private final Semaphore openToAll = new Semaphore(CONCURRENT_OPEN);

  /**
   * Serves {@code api} on {@code executor}, whose threads may wait.
   *
   * @param resource what clients are told of who gives tokens; null where only keys count
   */
  public ApiRouter(
      Vertx vertx,
      Contract contract,
      Api api,
      StreamApi streams,
      Authenticator authenticator,
      AuditTrail trail,
      @Nullable ProtectedResource resource,
      Executor executor) {
    this.vertx = vertx;
    this.contract = contract;
    this.api = api;
    this.streams = streams;
    this.authenticator = authenticator;
    this.trail = trail;
    this.resource = resource;
    this.executor = executor;
    if (contract.operations().size() != api.size() + streams.size()) {
      throw new IllegalStateException("an operation is built that the contract does not have");
    }
  }

  /** Whether a path can't mean what it seems to mean. */
  public static boolean isBadPath(String path) {
    boolean suspicious =
        path.indexOf('%') >= 0
            || path.contains("//")
            || path.contains("/.")
            || path.startsWith(".");
    return suspicious && BAD_PATH.matcher(path).find();
  }

  /** A router for one event loop, with the operations on it. */
  public Router router() {
    Router router = Router.router(vertx);
    Map<String, List<Described>> byPath = new LinkedHashMap<>();
    for (Described operation : contract.operations()) {
      byPath.computeIfAbsent(operation.path(), _ -> new ArrayList<>()).add(operation);
    }
    byPath.entrySet().stream()
        .sorted(Comparator.comparing(entry -> entry.getKey().contains("{")))
        .forEach(entry -> mount(router, entry.getKey(), entry.getValue()));
    router
        .route()
        .last()
        .handler(rc -> send(rc.response(), Problems.notFound(rc.normalizedPath())));
    return router;
  }

  private void mount(Router router, String path, List<Described> operations) {
    Map<HttpMethod, Described> byMethod = new LinkedHashMap<>();
    operations.forEach(o -> byMethod.put(HttpMethod.valueOf(o.method()), o));
    String allowed =
        String.join(", ", byMethod.keySet().stream().map(HttpMethod::name).sorted().toList());
    router
        .route(path.replaceAll("\\{(.*?)}", ":$1"))
        .handler(rc -> {
          Described operation = byMethod.get(rc.request().method());
          if (operation == null) {
            rc.response().putHeader("allow", allowed);
            send(rc.response(), Problems.methodNotAllowed(allowed));
          } else {
            serve(operation, rc);
          }
        });
  }

  private void serve(Described operation, RoutingContext rc) {
    Principal principal = operation.open() ? Principal.NOBODY : principal(rc.request());
    Permission permission = operation.permission();
    if (principal == null) {
      send(rc.response(), Problems.unauthorized("The key has just expired"));
    } else if (permission != null && !principal.may(permission)) {
      refuse(rc.request(), principal, permission);
    } else if (streams.has(operation.id())) {
      stream(operation, principal, rc);
    } else {
      serve(operation, principal, rc);
    }
  }

  /** Who was let in; null when that has ended meanwhile. */
  private @Nullable Principal principal(HttpServerRequest request) {
    String credentials =
        Credentials.of(
            request.getHeader("x-api-key"), request.getHeader(HttpHeaders.AUTHORIZATION));
    return authenticator.identify(credentials) instanceof Identity.Known known
        ? known.principal()
        : null;
  }

  private void serve(Described operation, Principal principal, RoutingContext rc) {
    String encoding = rc.request().getHeader(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      send(rc.response(), Problems.contentEncoding());
      return;
    }
    Semaphore places = operation.open() ? openToAll : running;
    readBody(
        rc.request(),
        operation.longestBody(),
        body -> {
          if (!places.tryAcquire()) {
            rc.response().putHeader("retry-after", "1");
            send(rc.response(), Problems.busy());
            return;
          }
          Context context = vertx.getOrCreateContext();
          executor.execute(() -> {
            try {
              Written reply = reply(operation, principal, rc, body);
              context.runOnContext(_ -> send(rc.response(), reply));
            } finally {
              places.release();
            }
          });
        });
  }

  /** Streams have no body: what a client sends before it is answered waits. */
  private void stream(Described operation, Principal principal, RoutingContext rc) {
    HttpServerRequest request = rc.request();
    Problem refusal = streams.refusal(operation.id(), request);
    if (refusal == null && !running.tryAcquire()) {
      rc.response().putHeader("retry-after", "1");
      refusal = Problems.busy();
    }
    if (refusal != null) {
      send(rc.response(), refusal);
      return;
    }
    request.pause();
    Context context = vertx.getOrCreateContext();
    executor.execute(() -> {
      Consumer<HttpServerRequest> answer;
      try {
        answer = answer(operation, principal, rc);
      } finally {
        running.release();
      }
      context.runOnContext(_ -> {
        answer.accept(request);
        request.resume();
      });
    });
  }

  private Consumer<HttpServerRequest> answer(
      Described operation, Principal principal, RoutingContext rc) {
    try {
      Request checked = check(operation, principal, rc, new byte[0]);
      Wish wish = streams.wish(checked, rc.request().getHeader("last-event-id"));
      return request -> streams.open(operation.id(), request, principal, wish);
    } catch (RuntimeException e) {
      Problem problem = Problems.of(e);
      return request -> send(request.response(), problem);
    }
  }

  private void refuse(HttpServerRequest request, Principal principal, Permission needed) {
    Written refusal = Written.of(forbidden(needed));
    Context context = vertx.getOrCreateContext();
    trail
        .refused(principal, request, Problems.forbidden(needed))
        .thenRun(() -> context.runOnContext(_ -> send(request.response(), refusal)));
  }

  private Written reply(Described operation, Principal principal, RoutingContext rc, Buffer body) {
    Reply reply;
    try {
      trail.requireWritable(operation);
      reply =
          api.operation(operation.id()).handle(check(operation, principal, rc, body.getBytes()));
    } catch (ForbiddenException e) {
      reply = forbidden(e.needed());
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      Problem problem = Problems.of(e);
      reply = new Reply(problem.status(), Map.of(), problem);
    }
    return written(trail.noted(operation, principal, from(rc), rc.pathParams(), reply));
  }

  private static String from(RoutingContext rc) {
    return String.valueOf(rc.request().remoteAddress().hostAddress());
  }

  private static Written written(Reply reply) {
    try {
      return Written.of(reply);
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      return Written.of(Problems.of(e));
    }
  }

  /** Whoever logged in for some permissions can do so again for more. */
  private Reply forbidden(Permission needed) {
    Map<String, String> headers =
        resource == null
            ? Map.of()
            : Map.of("www-authenticate", resource.insufficientScope("", needed));
    return new Reply(403, headers, Problems.forbidden(needed));
  }

  private Request check(Described operation, Principal principal, RoutingContext rc, byte[] body) {
    return contract.check(
        operation,
        principal,
        from(rc),
        rc.pathParams(),
        rc.queryParams(),
        rc.request().getHeader("content-type"),
        body);
  }

  private static void readBody(HttpServerRequest request, int longest, Consumer<Buffer> then) {
    Buffer body = Buffer.buffer();
    request.handler(chunk -> {
      if (body.length() <= longest) {
        body.appendBuffer(chunk);
      }
    });
    request.endHandler(_ -> {
      if (body.length() > longest) {
        send(request.response(), Problems.tooLarge(longest));
      } else {
        then.accept(body);
      }
    });
    request.resume(); // It waits where it had to be found out first who has sent it.
  }

  /** Answers with a problem. */
  public static void send(HttpServerResponse response, Problem problem) {
    send(response, Written.of(problem));
  }

  private static void send(HttpServerResponse response, Written reply) {
    if (response.closed() || response.ended()) {
      return;
    }
    reply.headers().forEach(response::putHeader);
    response
        .setStatusCode(reply.status())
        .putHeader("content-type", reply.mediaType())
        .putHeader("cache-control", "no-store")
        .putHeader("x-content-type-options", "nosniff")
        .end(reply.body());
  }

  /** A reply as bytes: long ones take their time to write, which the event loop does not have. */
  private record Written(int status, Map<String, String> headers, String mediaType, Buffer body) {
    static Written of(Problem problem) {
      return of(new Reply(problem.status(), Map.of(), problem));
    }

    static Written of(Reply reply) {
      return new Written(
          reply.status(), reply.headers(), mediaType(reply.body()), bytes(reply.body()));
    }

    private static String mediaType(Object body) {
      return switch (body) {
        case Problem _ -> "application/problem+json";
        case Reply.Text text -> text.mediaType();
        default -> "application/json";
      };
    }

    private static Buffer bytes(Object body) {
      return body instanceof Reply.Text text ? Buffer.buffer(text.text()) : json(body);
    }

    /** Written into memory that is used again, since it grows while a page is written. */
    private static Buffer json(Object body) {
      ByteBuf growing = PooledByteBufAllocator.DEFAULT.heapBuffer();
      try (OutputStream out = new Doubling(growing)) {
        ApiJson.MAPPER.writeValue(out, body);
        int length = growing.readableBytes();
        return Buffer.buffer(length).appendBytes(growing.array(), growing.arrayOffset(), length);
      } catch (IOException e) {
        throw new UncheckedIOException("a reply can't be written", e);
      } finally {
        growing.release();
      }
    }
  }

  /** Of a long answer Netty would copy all for each 4 MB that it becomes longer. */
  private static final class Doubling extends ByteBufOutputStream {
    Doubling(ByteBuf buffer) {
      super(buffer);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuf buffer = buffer();
      if (buffer.writableBytes() < length) {
        buffer.capacity(Math.max(2 * buffer.capacity(), buffer.writerIndex() + length));
      }
      super.write(bytes, offset, length);
    }
  }

  /** Refuses a path that {@link #isBadPath}. */
  public static void refuseBadPath(HttpServerResponse response) {
    send(response, Problems.badPath());
  }
}
