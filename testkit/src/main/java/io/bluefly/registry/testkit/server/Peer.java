package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;

/** The client at the other end of one channel of messages: stdio or a WebSocket. */
final class Peer {
  private final ServerState state;
  private final Consumer<JsonNode> out;
  private final Outlet outlet;
  private final Calls calls;
  private final LegacySession session;

  /**
   * @param out writes a message; may be called from any thread
   * @param hangUp closes the channel
   */
  Peer(ServerState state, Consumer<JsonNode> out, Runnable hangUp) {
    this.state = state;
    this.out = out;
    this.outlet = new ChannelOutlet(out, () -> {});
    this.calls = new Calls(state);
    this.session = state.sessions().open(new ChannelOutlet(out, hangUp));
  }

  private record ChannelOutlet(Consumer<JsonNode> out, Runnable hangUp) implements Outlet {
    @Override
    public void send(ObjectNode message) {
      out.accept(message);
    }

    @Override
    public void finish(JsonNode response, int status) {
      out.accept(response);
    }

    @Override
    public void abandon() {
      hangUp.run();
    }
  }

  void receive(String text) {
    try {
      Incoming message = Incoming.parse(text);
      if (isModern(message)) {
        modern(message);
      } else {
        calls.cancel(message);
        session.receive(message, outlet);
      }
    } catch (McpException e) {
      out.accept(e.toResponse(null));
    }
  }

  private boolean isModern(Incoming message) {
    return switch (state.options().era()) {
      case MODERN -> true;
      case LEGACY -> false;
      case BOTH -> message.isRequest() && message.isModern();
    };
  }

  private void modern(Incoming message) {
    if (message.isRequest()) {
      Cancellation cancellation = new Cancellation();
      calls.start(
          message,
          outlet,
          cancellation,
          () -> {
            state.modern().checkMeta(message);
            state.modern().checkVersion(message);
            return state.modern().result(message, outlet, cancellation);
          });
    } else {
      calls.cancel(message);
    }
  }

  void close() {
    calls.cancelAll();
    state.sessions().close(session.id());
  }
}
