package io.bluefly.registry.protocol;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a server says that it can do.
 *
 * @param subscribe whether it tells of changes of single resources
 * @param extensions JSON text of each extension's settings by the extension's name
 */
public record ServerFeatures(
    boolean tools,
    boolean prompts,
    boolean resources,
    boolean subscribe,
    boolean completions,
    boolean logging,
    Map<String, String> extensions) {
  /** A server that can do nothing. */
  public static final ServerFeatures NONE =
      new ServerFeatures(false, false, false, false, false, false, Map.of());

  /** Copies the extensions. */
  public ServerFeatures {
    extensions = Map.copyOf(extensions);
  }

  /** Reads {@code capabilities}, JSON text of an object; nothing when it is none. */
  public static ServerFeatures of(String capabilities) {
    byte[] json = Json.bytes(capabilities);
    try {
      Map<String, Span> all = Members.of(json, new Span(0, json.length));
      Map<String, Span> resources = inside(json, all.get("resources"));
      Span subscribe = resources.get("subscribe");
      Map<String, String> extensions = new LinkedHashMap<>();
      inside(json, all.get("extensions"))
          .forEach((name, at) -> extensions.put(name, at.text(json)));
      return new ServerFeatures(
          all.containsKey("tools"),
          all.containsKey("prompts"),
          all.containsKey("resources"),
          subscribe != null && subscribe.text(json).equals("true"),
          all.containsKey("completions"),
          all.containsKey("logging"),
          extensions);
    } catch (MalformedMessageException e) {
      return NONE;
    }
  }

  private static Map<String, Span> inside(byte[] json, @Nullable Span object)
      throws MalformedMessageException {
    return object == null || !object.isObject(json) ? Map.of() : Members.of(json, object);
  }

  /** What at least one of the two can do. */
  public ServerFeatures or(ServerFeatures other) {
    Map<String, String> both = new LinkedHashMap<>(other.extensions);
    both.putAll(extensions);
    return new ServerFeatures(
        tools || other.tools,
        prompts || other.prompts,
        resources || other.resources,
        subscribe || other.subscribe,
        completions || other.completions,
        logging || other.logging,
        both);
  }
}
