package io.bluefly.registry.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * What a call is about; its arguments are none of a collector's business.
 *
 * @param method the MCP method
 * @param target the tool, the prompt or the resource, null without one
 * @param requestId the JSON-RPC id as text
 * @param protocolVersion the version of MCP, null when it is not known
 * @param transport how it travels: {@code tcp} or {@code pipe}
 * @param protocol what carries it: {@code http} or {@code websocket}, null where that is not known,
 *     and on a pipe
 */
public record CallSubject(
    String method,
    @Nullable String target,
    String requestId,
    @Nullable String protocolVersion,
    String transport,
    @Nullable String protocol) {
  /** Characters of a method: it is the client's, and attributes of metrics are kept. */
  private static final int MOST = 128;

  /** Cuts the method. */
  public CallSubject {
    method = method.length() <= MOST ? method : method.substring(0, MOST);
  }
}
