package io.bluefly.registry.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a modern client asks to be told of by {@code subscriptions/listen}.
 *
 * @param tools changes of the list of tools
 * @param prompts changes of the list of prompts
 * @param resources changes of the list of resources
 * @param uris resources whose changes it wants to hear of
 * @see <a
 *     href="https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions">Subscriptions</a>
 */
public record SubscriptionFilter(
    boolean tools, boolean prompts, boolean resources, List<String> uris) {
  /** Copies the URIs. */
  public SubscriptionFilter {
    uris = List.copyOf(uris);
  }

  /**
   * Reads {@code params.notifications}.
   *
   * @throws MalformedMessageException when it is missing or not of that form
   */
  public static SubscriptionFilter of(RpcMessage listen) throws MalformedMessageException {
    Span notifications = listen.notificationsSpan();
    if (notifications == null) {
      throw new MalformedMessageException(
          RpcCode.INVALID_PARAMS, "params.notifications is missing");
    }
    byte[] json = listen.json();
    Map<String, Span> members = Members.of(json, notifications);
    return new SubscriptionFilter(
        isTrue(json, members.get("toolsListChanged")),
        isTrue(json, members.get("promptsListChanged")),
        isTrue(json, members.get("resourcesListChanged")),
        uris(json, members.get("resourceSubscriptions")));
  }

  private static boolean isTrue(byte[] json, @Nullable Span value) {
    return value != null && value.text(json).equals("true");
  }

  private static List<String> uris(byte[] json, @Nullable Span array)
      throws MalformedMessageException {
    List<String> uris = new ArrayList<>();
    if (array != null) {
      for (Span element : Members.elements(json, array)) {
        String uri = Members.text(json, element);
        if (uri == null) {
          throw new MalformedMessageException(
              RpcCode.INVALID_PARAMS,
              "params.notifications.resourceSubscriptions must be a list of URIs");
        }
        uris.add(uri);
      }
    }
    return uris;
  }

  /** Whether somebody who asked for this wants to hear of {@code notification}. */
  public boolean wants(RpcMessage notification) {
    return switch (notification.method()) {
      case "notifications/tools/list_changed" -> tools;
      case "notifications/prompts/list_changed" -> prompts;
      case "notifications/resources/list_changed" -> resources;
      case "notifications/resources/updated" -> {
        String uri = notification.target();
        yield uri != null && uris.contains(uri);
      }
      default -> false;
    };
  }

  /** The same without what a server does not offer. */
  public SubscriptionFilter only(
      boolean hasTools, boolean hasPrompts, boolean hasResources, List<String> subscribed) {
    return new SubscriptionFilter(
        tools && hasTools, prompts && hasPrompts, resources && hasResources, subscribed);
  }

  /** JSON text of the filter, as an acknowledgement says it. */
  public String json() {
    List<String> members = new ArrayList<>();
    if (tools) {
      members.add("\"toolsListChanged\":true");
    }
    if (prompts) {
      members.add("\"promptsListChanged\":true");
    }
    if (resources) {
      members.add("\"resourcesListChanged\":true");
    }
    if (!uris.isEmpty()) {
      members.add(
          "\"resourceSubscriptions\":["
              + String.join(",", uris.stream().map(Json::quote).toList())
              + "]");
    }
    return "{" + String.join(",", members) + "}";
  }
}
