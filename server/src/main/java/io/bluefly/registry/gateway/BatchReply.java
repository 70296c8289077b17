package io.bluefly.registry.gateway;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The answer to a batch: a stream that ends with the last response. */
final class BatchReply {
  private final HttpReply stream;
  private final AtomicInteger open;

  /** Waits for the responses to so many requests. */
  BatchReply(HttpReply stream, int requests) {
    this.stream = stream;
    this.open = new AtomicInteger(requests);
  }

  /** Where the answer to one of the messages goes; one for each request. */
  ClientReply part(boolean request) {
    return new Part(request);
  }

  private final class Part implements ClientReply {
    private final boolean request;
    private final AtomicBoolean over = new AtomicBoolean();

    Part(boolean request) {
      this.request = request;
    }

    @Override
    public boolean isOver() {
      return over.get();
    }

    /** Leaving does not cancel a legacy call. */
    @Override
    public void onClientGone(Runnable action) {}

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
        stream.event(json);
        ended();
      }
    }

    @Override
    public void empty(int status) {
      if (over.compareAndSet(false, true)) {
        ended();
      }
    }

    private void ended() {
      if (request && open.decrementAndGet() == 0) {
        stream.endStream();
      }
    }
  }
}
