package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.Sealer;
import io.bluefly.registry.security.Sealer.Purpose;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The open streams of HTTP+SSE clients, whose messages may come in on any event loop. */
final class SseChannels {
  private static final String KIND = "sse\n";

  private final Sealer sealer;
  private final int max;
  private final AtomicLong opened = new AtomicLong();
  private final Map<String, Consumer<RpcMessage>> channels = new ConcurrentHashMap<>();

  SseChannels(Sealer sealer, int max) {
    this.sealer = sealer;
    this.max = max;
  }

  /** A new stream's sealed id; null when too many are open. */
  @Nullable String add(Principal principal, Address address, Consumer<RpcMessage> messages) {
    if (channels.size() >= max) {
      return null;
    }
    String id =
        sealer.seal(Purpose.SESSION, principal, KIND + opened.incrementAndGet() + "\n" + address);
    channels.put(id, messages);
    return id;
  }

  /** Where the messages of this stream go, or null when there is none at {@code address}. */
  @Nullable Consumer<RpcMessage> find(Principal principal, Address address, @Nullable String id) {
    String text = id == null ? null : sealer.open(Purpose.SESSION, principal, id);
    boolean ours = text != null && text.startsWith(KIND) && text.endsWith("\n" + address);
    return ours ? channels.get(id) : null;
  }

  void remove(String id) {
    channels.remove(id);
  }
}
