package io.bluefly.registry.gateway;

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

  private final class Part extends SharedStreamReply {
    private final boolean request;

    Part(boolean request) {
      super(stream);
      this.request = request;
    }

    /** Leaving does not cancel a legacy call. */
    @Override
    public void onClientGone(Runnable action) {}

    @Override
    void ended() {
      if (request && open.decrementAndGet() == 0) {
        stream.endStream();
      }
    }
  }
}
