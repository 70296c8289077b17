package io.bluefly.registry.gateway;

import java.util.concurrent.atomic.AtomicBoolean;

/** The answer to one of several messages whose answers share a stream. */
abstract class SharedStreamReply implements ClientReply {
  private final ClientStream stream;
  private final AtomicBoolean over = new AtomicBoolean();

  SharedStreamReply(ClientStream stream) {
    this.stream = stream;
  }

  /** The answer ends; called once, before the client knows. */
  void ending() {}

  /** The answer has ended; called once, after what ends it was sent. */
  void ended() {}

  @Override
  public boolean isOver() {
    return over.get();
  }

  /** There is one answer for all, and no place in it for what is beside one of them. */
  @Override
  public void header(String name, String value) {}

  @Override
  public void event(byte[] json) {
    if (!over.get()) {
      stream.event(json);
    }
  }

  @Override
  public void finish(int status, byte[] json) {
    if (over.compareAndSet(false, true)) {
      ending();
      stream.event(json);
      ended();
    }
  }

  @Override
  public void empty(int status) {
    end();
  }

  /** Ends the answer without a message; false when it has ended before. */
  boolean end() {
    boolean first = over.compareAndSet(false, true);
    if (first) {
      ending();
      ended();
    }
    return first;
  }
}
