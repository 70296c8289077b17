package io.bluefly.registry.api;

import java.util.Map;

/**
 * What an operation answers.
 *
 * @param status the HTTP status
 * @param headers headers beside the usual ones
 * @param body a {@link Text}, or anything that can be written as JSON
 */
public record Reply(int status, Map<String, String> headers, Object body) {
  /** A body that is no JSON. */
  record Text(String mediaType, String text) {}

  /** 200 with {@code body}. */
  static Reply ok(Object body) {
    return new Reply(200, Map.of(), body);
  }
}
