package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.security.Sealer;
import io.bluefly.registry.security.Sealer.Purpose;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Calls of modern clients that wait, in the middle, for what a legacy server has asked the client.
 * The client was told by {@code input_required}; its retry finds the call by a sealed state, which
 * is good for the same request at the same address only, and as long as clients are waited for.
 */
final class HeldCalls {
  private static final String HELD = "held";
  private static final String AGAIN = "again";
  private static final String SEPARATOR = "\n";
  private static final int PARTS = 4;
  private static final int MAX_HELD = 10_000;

  private final Sealer sealer;
  private final Duration patience;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, HeldCall> held = new ConcurrentHashMap<>();

  /** Waits so long for a client's retry. */
  HeldCalls(Sealer sealer, Duration patience, InstantSource clock) {
    this.sealer = sealer;
    this.patience = patience;
    this.clock = clock;
  }

  /** A state that lets the retry of {@code request} find {@code call}; null when too many wait. */
  @Nullable String hold(HeldCall call, ClientRequest client) {
    if (held.size() >= MAX_HELD) {
      return null;
    }
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    String id = HexFormat.of().formatHex(bytes);
    held.put(id, call);
    return seal(HELD, id, client);
  }

  private String seal(String kind, String detail, ClientRequest client) {
    return sealer.seal(
        Purpose.REQUEST_STATE,
        client.principal(),
        String.join(
            SEPARATOR, kind, detail, digest(client.message()), client.address().toString()));
  }

  /** A state whose retry is a call like the first. */
  String again(ClientRequest client) {
    String expires = Long.toString(clock.instant().plus(patience).toEpochMilli());
    return seal(AGAIN, expires, client);
  }

  /** Whether the request is the retry of a call that shall just be made again. */
  boolean isAgain(ClientRequest client) {
    String[] parts = open(client);
    return parts.length == PARTS
        && parts[0].equals(AGAIN)
        && clock.millis() < Long.parseLong(parts[1])
        && isFor(parts, client);
  }

  private static boolean isFor(String[] parts, ClientRequest client) {
    return parts[2].equals(digest(client.message()))
        && parts[3].equals(client.address().toString());
  }

  private String[] open(ClientRequest client) {
    String token = client.message().requestState();
    String text =
        token == null ? null : sealer.open(Purpose.REQUEST_STATE, client.principal(), token);
    return text == null ? new String[0] : text.split(SEPARATOR, PARTS);
  }

  /** Goes on with the call that {@code client} retries; false when it retries none of these. */
  boolean resume(ClientRequest client) {
    String[] parts = open(client);
    if (parts.length != PARTS || !parts[0].equals(HELD)) {
      return false;
    }
    boolean same = isFor(parts, client);
    HeldCall call = same ? held.remove(parts[1]) : null;
    if (call == null) {
      client.refuse(
          RpcCode.INVALID_PARAMS,
          same
              ? "params.requestState is of a call that does not wait any more; call again"
                  + " without it"
              : "params.requestState is of another request");
    } else {
      call.resume(client);
    }
    return true;
  }

  /** What must be the same in a retry: the method, what it names, and the arguments. */
  private static String digest(RpcMessage request) {
    Span arguments = request.argumentsSpan();
    String text =
        request.method()
            + SEPARATOR
            + request.target()
            + SEPARATOR
            + (arguments == null ? "" : arguments.text(request.json()));
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Gives up the calls whose clients have not come back. */
  void endAbandoned() {
    for (Map.Entry<String, HeldCall> entry : List.copyOf(held.entrySet())) {
      if (entry.getValue().waitedNanos() > patience.toNanos()
          && held.remove(entry.getKey(), entry.getValue())) {
        entry.getValue().abandon();
      }
    }
  }
}
