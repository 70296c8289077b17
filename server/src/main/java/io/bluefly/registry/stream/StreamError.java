package io.bluefly.registry.stream;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a client's message can't be heeded.
 *
 * @param code for programs, stable
 * @param message what is wrong, and the way out
 * @param field which field of the message, such as {@code events/0}; null: the message as a whole
 * @param allowed what may stand there, when that can be said in short
 * @param requestId the client's own, if it could be read
 */
record StreamError(
    String code,
    String message,
    @Nullable String field,
    List<String> allowed,
    @Nullable Object requestId) {
  StreamError(String code, String message) {
    this(code, message, null, List.of(), null);
  }

  StreamError(String code, String message, String field, Collection<String> allowed) {
    this(code, message, field, allowed.stream().sorted().toList(), null);
  }

  StreamError of(@Nullable Object id) {
    return new StreamError(code, message, field, allowed, id);
  }

  /** Thrown where a message is read. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient StreamError error;

    Refused(StreamError error) {
      super(error.message(), null, false, false);
      this.error = error;
    }

    StreamError error() {
      return error;
    }
  }
}
