package io.bluefly.registry.upstream;

import io.bluefly.registry.config.Version;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.SubscriptionFilter;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the registry itself asks servers for, as one of their clients. */
final class OwnRequests {
  private static final String IDENTITY =
      "{\"name\":\"mcp-registry\",\"version\":" + Json.quote(Version.CURRENT) + "}";

  private OwnRequests() {}

  /** A request with the {@code _meta} that the era needs; {@code params} is JSON text. */
  static RpcMessage of(Era era, String method, String params) {
    return RpcMessage.ofOwn(
        RpcReply.request("0", method, era == Era.MODERN ? withMeta(params) : params));
  }

  /** The legacy greeting. */
  static RpcMessage initialize() {
    return of(
        Era.LEGACY,
        "initialize",
        "{\"protocolVersion\":"
            + Json.quote(Era.LATEST_LEGACY)
            + ",\"capabilities\":{},\"clientInfo\":"
            + IDENTITY
            + "}");
  }

  /** Asks a modern server to tell when its lists change. */
  static RpcMessage listen() {
    return of(
        Era.MODERN,
        "subscriptions/listen",
        "{\"notifications\":{\"toolsListChanged\":true,\"promptsListChanged\":true,"
            + "\"resourcesListChanged\":true}}");
  }

  /** Asks a modern server to tell when one of these resources changes. */
  static RpcMessage listenTo(List<String> uris) {
    return of(
        Era.MODERN,
        "subscriptions/listen",
        "{\"notifications\":" + new SubscriptionFilter(false, false, false, uris).json() + "}");
  }

  private static String withMeta(String params) {
    String meta =
        "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":"
            + Json.quote(Era.MODERN_VERSION)
            + ",\"io.modelcontextprotocol/clientCapabilities\":{},"
            + "\"io.modelcontextprotocol/clientInfo\":"
            + IDENTITY
            + "}";
    String rest = params.substring(1).strip();
    return meta + (rest.equals("}") ? "" : ",") + rest;
  }

  /** A sink that completes {@code answer}. */
  static CallSink into(CompletableFuture<RpcMessage> answer) {
    return new CallSink() {
      @Override
      public void message(RpcMessage message) {}

      @Override
      public void response(RpcMessage response) {
        answer.complete(response);
      }

      @Override
      public void failed(CallFailure failure) {
        answer.completeExceptionally(new UpstreamException(failure.reason(), failure.message()));
      }
    };
  }
}
