package io.bluefly.registry.upstream;

/** How messages travel between the registry and a server: what was found, not what was asked. */
public enum Transport {
  /** The pipes of a child process. */
  STDIO("stdio"),
  /** One address, a POST for each message. */
  STREAMABLE_HTTP("streamable-http"),
  /** The transport of 2024-11-05: a stream of events, and an address for POSTs that it names. */
  HTTP_SSE("http+sse"),
  /** A message in each text frame. */
  WEBSOCKET("websocket");

  private final String wire;

  Transport(String wire) {
    this.wire = wire;
  }

  /** The name in the API. */
  public String wire() {
    return wire;
  }
}
