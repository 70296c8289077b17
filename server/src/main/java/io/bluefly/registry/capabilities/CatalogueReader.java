package io.bluefly.registry.capabilities;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bluefly.registry.capabilities.Capability.Effects;
import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.ListPage;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.ParamHeaders;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.FailureReason;
import io.bluefly.registry.upstream.ServerInfo;
import io.bluefly.registry.upstream.UpstreamException;
import io.bluefly.registry.upstream.UpstreamSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a server for all that it offers, page by page, within limits. Waits for the answers. */
final class CatalogueReader {
  private static final Logger log = LoggerFactory.getLogger(CatalogueReader.class);
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final Duration PAGE_TIMEOUT = Duration.ofSeconds(30);
  private static final int MAX_PAGES = 200;
  private static final int MAX_ITEMS = 5_000;

  List<Capability> read(UpstreamSession session) throws UpstreamException {
    JsonNode features = tree(session.server().capabilities());
    List<Capability> all = new ArrayList<>();
    CatalogueLimits limits = new CatalogueLimits();
    for (Kind kind : Kind.values()) {
      if (features.has(kind.feature())) {
        readAll(session, kind, limits, all);
      }
    }
    limits.tell(session.server().name());
    return List.copyOf(all);
  }

  private void readAll(
      UpstreamSession session, Kind kind, CatalogueLimits limits, List<Capability> all)
      throws UpstreamException {
    String cursor = null;
    for (int page = 0; page < MAX_PAGES && all.size() < MAX_ITEMS; page++) {
      ListPage next = readPage(session, kind, cursor);
      if (next == null) {
        return;
      }
      next.items().forEach(item -> add(session.server(), kind, item, limits, all));
      cursor = next.nextCursor();
      if (cursor == null || limits.isFull()) {
        return;
      }
    }
    log.warn(
        "{} offers more than {} capabilities; the rest is left out",
        session.server().name(),
        MAX_ITEMS);
  }

  /** A page, or null when the server does not know the list after all. */
  private static @Nullable ListPage readPage(
      UpstreamSession session, Kind kind, @Nullable String cursor) throws UpstreamException {
    String params = cursor == null ? "{}" : "{\"cursor\":" + Json.quote(cursor) + "}";
    try {
      RpcMessage answer =
          session
              .request(kind.listMethod(), params, PAGE_TIMEOUT)
              .get(PAGE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      return answer.error() == null ? ListPage.read(answer, kind.key()) : null;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UpstreamException known ? known : failed("no answer");
    } catch (TimeoutException e) {
      throw failed("no answer in time");
    } catch (MalformedMessageException e) {
      throw failed(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("the registry is stopping");
    }
  }

  private static UpstreamException failed(String why) {
    return new UpstreamException(FailureReason.PROTOCOL, why);
  }

  private static void add(
      ServerInfo server,
      Kind kind,
      String definition,
      CatalogueLimits limits,
      List<Capability> all) {
    JsonNode json = tree(definition);
    String name = json.path("name").asText("");
    String target =
        switch (kind) {
          case TOOL, PROMPT -> name;
          case RESOURCE -> json.path("uri").asText("");
          case TEMPLATE -> json.path("uriTemplate").asText("");
        };
    if (name.isEmpty()
        || target.isEmpty()
        || all.size() >= MAX_ITEMS
        || !limits.take(kind, name, definition)) {
      return;
    }
    ParamHeaders params = kind == Kind.TOOL ? ParamHeaders.of(definition) : ParamHeaders.NONE;
    if (params.invalid() != null && server.era() == Era.MODERN) {
      log.warn("{} offers tool {}, which is left out: {}", server.name(), name, params.invalid());
      return;
    }
    all.add(
        new Capability(
            kind,
            name,
            target,
            json.hasNonNull("description") ? json.get("description").asText() : null,
            json.get("inputSchema"),
            definition,
            params,
            effects(kind, json.path("annotations")),
            true));
  }

  private static Effects effects(Kind kind, JsonNode annotations) {
    if (kind != Kind.TOOL || annotations.path("readOnlyHint").asBoolean(false)) {
      return Effects.NONE;
    }
    return annotations.path("idempotentHint").asBoolean(false)
        ? Effects.SAME_AGAIN
        : Effects.UNKNOWN;
  }

  private static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      return JSON.createObjectNode();
    }
  }
}
