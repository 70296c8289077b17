package io.bluefly.registry.testkit.server;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Something that arrived at a test server.
 *
 * @param method the HTTP method; {@code MESSAGE} for a WebSocket frame
 * @param headers by name, the case of names ignored; empty for a frame
 * @param body the raw text, perhaps empty
 */
public record Arrived(String method, Map<String, String> headers, String body) {
  public Arrived {
    Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    copy.putAll(headers);
    headers = Collections.unmodifiableMap(copy);
  }
}
