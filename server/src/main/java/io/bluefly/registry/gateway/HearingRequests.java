package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.upstream.Upstream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What legacy clients ask to hear of in sessions that they share: log messages of a level, and
 * changes of resources.
 */
final class HearingRequests {
  /** Characters that the name of a resource may have to be subscribed to. */
  private static final int MAX_URI = 8 * 1024;

  private final Gateway parts;

  HearingRequests(Gateway parts) {
    this.parts = parts;
  }

  /** Sets the level of the log messages that the client wants. */
  void setLevel(LegacySession session, ClientRequest client) {
    RpcMessage request = client.message();
    LogLevel level = LogLevel.of(request.level());
    if (level == null) {
      client.refuse(
          RpcCode.INVALID_PARAMS,
          "params.level must be one of debug, info, notice, warning, error, critical, alert,"
              + " emergency");
      return;
    }
    session.setLevel(level);
    List<CompletableFuture<?>> told = new ArrayList<>();
    session.ownSessions().stream()
        .filter(LogLevels::takesLevel)
        .forEach(own -> told.add(LogLevels.set(own, level)));
    for (var member : parts.pools().members(client.address(), client.scope())) {
      parts
          .upstreams()
          .find(member.id())
          .flatMap(Upstream::session)
          .ifPresent(shared -> told.add(parts.levels().tell(member.id(), shared)));
    }
    // What the client sends next must not overtake this on its way to a server.
    CompletableFuture.allOf(told.toArray(CompletableFuture[]::new))
        .whenComplete(
            (_, _) -> client.reply().finish(200, RpcReply.result(request.idText(), "{}")));
  }

  /** The resource that may be subscribed to; null when the client was told that it may not. */
  static @Nullable String watchable(LegacySession session, ClientRequest client) {
    String uri = client.message().target();
    String refusal =
        uri == null
            ? "params.uri is missing"
            : uri.length() > MAX_URI
                ? "params.uri may have " + MAX_URI + " characters"
                : session.maySubscribe(uri)
                    ? null
                    : "a session may subscribe to " + LegacySession.MAX_URIS + " resources";
    if (refusal == null) {
      return uri;
    }
    client.refuse(RpcCode.INVALID_PARAMS, refusal);
    return null;
  }

  /** Subscribes to a resource wherever it is offered; the client hears what came of it. */
  void subscribe(LegacySession session, ClientRequest client, String uri) {
    // The wish comes first: another client's release in between must not end the subscription.
    Runnable takeBack = session.subscribed(uri) ? () -> session.unsubscribed(uri) : () -> {};
    List<CompletableFuture<RpcMessage>> asked = parts.listeners().subscribe(client, uri);
    CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .whenComplete((_, _) -> subscribed(client, uri, asked, takeBack));
  }

  private static void subscribed(
      ClientRequest client,
      String uri,
      List<CompletableFuture<RpcMessage>> asked,
      Runnable takeBack) {
    String idText = client.message().idText();
    List<RpcMessage> answers =
        asked.stream()
            .filter(answer -> answer.isDone() && !answer.isCompletedExceptionally())
            .map(CompletableFuture::join)
            .toList();
    if (answers.stream().anyMatch(answer -> answer.error() == null)) {
      client.reply().finish(200, RpcReply.result(idText, "{}"));
      return;
    }
    takeBack.run();
    RpcMessage refusal = answers.isEmpty() ? null : answers.getFirst();
    Span id = refusal == null ? null : refusal.id();
    if (refusal != null && id != null) {
      client.reply().finish(200, new Splice(refusal.json()).replace(id, idText).bytes());
    } else {
      client.refuse(
          RpcCode.UPSTREAM_UNAVAILABLE,
          "no server can be asked for " + uri + " now; it was not subscribed");
    }
  }

  /** Ends a subscription that nobody else at the address needs. */
  void unsubscribe(LegacySession session, ClientRequest client) {
    String uri = client.message().target();
    if (uri != null) {
      parts.subscriptions().release(session.address(), uri);
    }
    client.reply().finish(200, RpcReply.result(client.message().idText(), "{}"));
  }
}
