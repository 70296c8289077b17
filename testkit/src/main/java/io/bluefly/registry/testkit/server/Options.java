package io.bluefly.registry.testkit.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a server is to be.
 *
 * @param port the port to listen on; 0 takes any free one
 * @param extraTools how many tools named {@code extra_0001}, … are added; 0 or more
 * @param keepAlive how often a quiet {@code subscriptions/listen} stream gets an SSE comment
 * @param answer how long a client may take to answer a request of the server
 * @param chaos where a test rules it from outside; null for a server that just does its work
 */
public record Options(
    Era era,
    Transport transport,
    int port,
    int extraTools,
    Duration keepAlive,
    Duration answer,
    @Nullable Chaos chaos) {

  public Options {
    if (extraTools < 0 || port < 0) {
      throw new IllegalArgumentException("neither port nor extraTools may be negative");
    }
    if (transport == Transport.SSE && era == Era.MODERN) {
      throw new IllegalArgumentException("HTTP+SSE exists in the legacy era only");
    }
  }

  /** Any free port, no extra tools, a comment every 5 s, a minute for answers. */
  public static Options of(Era era, Transport transport) {
    return new Options(era, transport, 0, 0, Duration.ofSeconds(5), Duration.ofMinutes(1), null);
  }

  /** The same on a port. */
  public Options withPort(int newPort) {
    return new Options(era, transport, newPort, extraTools, keepAlive, answer, chaos);
  }

  /** The same with more tools. */
  public Options withExtraTools(int count) {
    return new Options(era, transport, port, count, keepAlive, answer, chaos);
  }

  /** The same with another keep-alive. */
  public Options withKeepAlive(Duration interval) {
    return new Options(era, transport, port, extraTools, interval, answer, chaos);
  }

  /** The same with another patience for answers. */
  public Options withAnswer(Duration patience) {
    return new Options(era, transport, port, extraTools, keepAlive, patience, chaos);
  }

  /** The same, ruled from outside. */
  public Options withChaos(Chaos place) {
    return new Options(era, transport, port, extraTools, keepAlive, answer, place);
  }
}
