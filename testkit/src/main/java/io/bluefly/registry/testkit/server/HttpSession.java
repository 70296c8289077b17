package io.bluefly.registry.testkit.server;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A legacy session over Streamable HTTP and its streams; the newest {@value #KEPT} can be resumed.
 */
final class HttpSession {
  private static final int KEPT = 100;
  private static final String GENERAL = "general";

  private final Context loop;
  private final LegacySession session;
  private final HttpStream general;
  private final Map<String, HttpStream> streams = new LinkedHashMap<>();
  private int opened;

  HttpSession(ServerState state, Context loop) {
    this.loop = loop;
    this.general = new HttpStream(loop, GENERAL, HttpStream.Kind.RESUMABLE, null);
    this.session = state.sessions().open(general);
  }

  LegacySession session() {
    return session;
  }

  HttpStream general() {
    return general;
  }

  /** A stream for one call. */
  HttpStream open(HttpServerResponse response) {
    String id = "call" + ++opened;
    // Older clients take the data of the priming event for a message.
    HttpStream.Kind kind =
        session.protocolVersion().compareTo("2025-11-25") >= 0
            ? HttpStream.Kind.PRIMED
            : HttpStream.Kind.RESUMABLE;
    HttpStream stream = new HttpStream(loop, id, kind, response);
    streams.put(id, stream);
    if (streams.size() > KEPT) {
      Iterator<HttpStream> oldest = streams.values().iterator();
      oldest.next();
      oldest.remove();
    }
    return stream;
  }

  /** Goes on where {@code lastEventId} was; false when that is no longer known. */
  boolean resume(String lastEventId, HttpServerResponse response) {
    int split = lastEventId.lastIndexOf('_');
    if (split < 0 || !lastEventId.substring(split + 1).matches("[0-9]{1,9}")) {
      return false;
    }
    String id = lastEventId.substring(0, split);
    HttpStream stream = id.equals(GENERAL) ? general : streams.get(id);
    if (stream == null) {
      return false;
    }
    // First: a stream that is complete ends the response, which takes no handler then.
    response.closeHandler(_ -> stream.disconnected(response));
    stream.resume(response, Integer.parseInt(lastEventId.substring(split + 1)));
    return true;
  }
}
