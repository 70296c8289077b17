package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.protocol.SubscriptionFilter;
import io.bluefly.registry.security.Principal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A modern client's {@code subscriptions/listen} that the registry answers itself. */
final class ModernListener implements Hearer {
  private static final String SUBSCRIPTION = "\"io.modelcontextprotocol/subscriptionId\":";

  private final Address address;
  private final Principal principal;
  private final String idText;
  private final ClientReply reply;
  private final Set<String> uris;
  private volatile @Nullable SubscriptionFilter honoured;

  /** Wants to hear of {@code uris}. */
  ModernListener(ClientRequest client, Set<String> uris) {
    this.address = client.address();
    this.principal = client.principal();
    this.uris = Set.copyOf(uris);
    this.idText = client.message().idText();
    this.reply = client.reply();
  }

  /** Tells the client what it will hear of; nothing else is sent before. */
  void acknowledge(SubscriptionFilter filter) {
    reply.event(
        RpcReply.notification(
            "notifications/subscriptions/acknowledged",
            "{\"_meta\":{" + SUBSCRIPTION + idText + "},\"notifications\":" + filter.json() + "}"));
    honoured = filter;
  }

  @Override
  public Address address() {
    return address;
  }

  @Override
  public Principal principal() {
    return principal;
  }

  @Override
  public Set<String> uris() {
    return uris;
  }

  @Override
  public LogLevel level() {
    return LogLevel.UNSET;
  }

  @Override
  public void hear(String connectionId, RpcMessage notification) {
    SubscriptionFilter filter = honoured;
    if (filter != null && filter.wants(notification)) {
      reply.event(tagged(notification));
    }
  }

  /** The notification with the id of this subscription, and none of another. */
  private byte[] tagged(RpcMessage notification) {
    byte[] json = notification.json();
    Span params = notification.params();
    Span meta = notification.metaSpan();
    Span known = notification.subscriptionId();
    Splice splice = new Splice(json);
    if (known != null) {
      splice.replace(known, idText);
    } else if (params == null) {
      splice.insert(
          notification.bodyStart(), "\"params\":{\"_meta\":{" + SUBSCRIPTION + idText + "}},");
    } else if (meta == null || !meta.isObject(json)) {
      String comma = LegacyBridge.isEmpty(json, params) ? "" : ",";
      splice.insert(params.start() + 1, "\"_meta\":{" + SUBSCRIPTION + idText + "}" + comma);
    } else {
      String comma = LegacyBridge.isEmpty(json, meta) ? "" : ",";
      splice.insert(meta.start() + 1, SUBSCRIPTION + idText + comma);
    }
    return splice.bytes();
  }

  /** The end, by the registry's will. */
  void end() {
    reply.finish(
        200,
        RpcReply.result(
            idText, "{\"resultType\":\"complete\",\"_meta\":{" + SUBSCRIPTION + idText + "}}"));
  }
}
