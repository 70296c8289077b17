package io.bluefly.registry.upstream;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The head of a server's answer.
 *
 * @param status from 200 on
 * @param headers finds the first header of a name, in any case
 */
public record HttpHead(int status, Function<CharSequence, @Nullable String> headers) {
  private static final String EVENT_STREAM = "text/event-stream";

  /** The first header of that name, in any case; null when there is none. */
  public @Nullable String header(CharSequence name) {
    return headers.apply(name);
  }

  /** Whether a stream of events follows. */
  public boolean hasEvents() {
    String type = header(HttpHeaderNames.CONTENT_TYPE);
    return type != null && type.toLowerCase(Locale.ROOT).startsWith(EVENT_STREAM);
  }
}
