package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.LineFramer;
import io.bluefly.registry.protocol.LineFramer.FrameTooLongException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Reads what a child writes, as fast as that is wanted: answers at once, anything else within the
 * bounds of a {@link FloodGate}.
 */
final class ChildOutput {
  private static final int BUFFER = 16 * 1024;

  /** What a line costs beside its bytes. */
  private static final int LINE = 1024;

  /** Lines without a message since the last answer that are no accident any more. */
  private static final int MAX_GARBAGE = 100_000;

  private final MessageChannel.Listener listener;
  private final BooleanSupplier ending;
  private final FloodGate gate = new FloodGate(System::nanoTime);
  private long unwanted;
  private int garbage;

  /**
   * Reads nothing yet.
   *
   * @param ending whether the child was told to end: what is left is then read without a pause
   */
  ChildOutput(MessageChannel.Listener listener, BooleanSupplier ending) {
    this.listener = listener;
    this.ending = ending;
  }

  /** The child writes no messages. */
  static final class GarbageException extends Exception {
    GarbageException() {
      super("it writes without end what is no MCP message to its output", null, false, false);
    }
  }

  /** Reads messages of at most {@code maxMessage} bytes to the end of the stream. */
  void readMessages(InputStream in, int maxMessage)
      throws IOException, FrameTooLongException, GarbageException {
    LineFramer framer = new LineFramer(maxMessage, this::take);
    byte[] buffer = new byte[BUFFER];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      unwanted = count;
      framer.feed(buffer, count);
      if (garbage > MAX_GARBAGE) {
        throw new GarbageException();
      }
      pause(gate.charge(unwanted));
    }
  }

  private void take(byte[] json) {
    switch (listener.message(json)) {
      case ANSWER -> {
        unwanted -= json.length;
        garbage = 0;
      }
      case MESSAGE -> unwanted += LINE;
      case GARBAGE -> {
        unwanted += LINE;
        garbage++;
      }
    }
  }

  /** Reads the error stream to its end. */
  static void readErrors(InputStream in, StderrTail tail, BooleanSupplier ending)
      throws IOException {
    FloodGate gate = new FloodGate(System::nanoTime);
    byte[] buffer = new byte[BUFFER];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      tail.add(buffer, count);
      pause(gate.charge(count), ending);
    }
  }

  private void pause(long nanos) {
    pause(nanos, ending);
  }

  private static void pause(long nanos, BooleanSupplier ending) {
    if (nanos > 0 && !ending.getAsBoolean()) {
      LockSupport.parkNanos(nanos);
    }
  }
}
