package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.Sealer;
import io.bluefly.registry.security.Sealer.Purpose;
import org.jspecify.annotations.Nullable;

/**
 * What a server gives a client to bring back, request states and task ids, as a client of a pool
 * gets it: sealed together with whose it is, so that it finds its way without a sticky session.
 */
final class PoolSeals {
  private static final String SEPARATOR = "\n";

  private final Sealer sealer;

  PoolSeals(Sealer sealer) {
    this.sealer = sealer;
  }

  /**
   * What was sealed.
   *
   * @param literal the server's own value, a JSON string literal
   */
  record Opened(String connectionId, String literal) {}

  /**
   * The server's state in a request for {@code target}; null when it is none of the principal's.
   */
  @Nullable Opened state(Principal principal, String token, String target) {
    return opened(sealer.open(Purpose.REQUEST_STATE, principal, token), target);
  }

  /** The server's id of a task of the principal's, or null. */
  @Nullable Opened task(Principal principal, String token) {
    return opened(sealer.open(Purpose.TASK, principal, token), "");
  }

  private static @Nullable Opened opened(@Nullable String text, String target) {
    String[] parts = text == null ? new String[0] : text.split(SEPARATOR, 3);
    return parts.length == 3 && parts[2].equals(target) ? new Opened(parts[0], parts[1]) : null;
  }

  /** A message of a connection's server, for the client that asked for {@code target}. */
  RpcMessage sealed(
      Principal principal, String connectionId, @Nullable String target, RpcMessage message) {
    Span state = message.result() == null ? null : message.requestStateSpan();
    Span task = message.taskIdSpan();
    if (state == null && task == null) {
      return message;
    }
    byte[] json = message.json();
    Splice splice = new Splice(json);
    if (state != null) {
      splice.replace(
          state, seal(Purpose.REQUEST_STATE, principal, connectionId, state.text(json), target));
    }
    if (task != null) {
      splice.replace(task, seal(Purpose.TASK, principal, connectionId, task.text(json), null));
    }
    return RpcMessage.ofOwn(splice.bytes());
  }

  private String seal(
      Purpose purpose,
      Principal principal,
      String connectionId,
      String literal,
      @Nullable String target) {
    String text = connectionId + SEPARATOR + literal + SEPARATOR + (target == null ? "" : target);
    return Json.quote(sealer.seal(purpose, principal, text));
  }
}
