package io.bluefly.registry.stream;

/** Reads what clients of the event stream send. */
public final class ReadMessage {
  private ReadMessage() {}

  /** Whether it can be heeded; throws what only a defect throws. */
  public static boolean isGood(byte[] json) {
    try {
      return switch (ClientMessage.read(json)) {
        case ClientMessage.Subscribe _, ClientMessage.Unsubscribe _ -> true;
      };
    } catch (StreamError.Refused e) {
      return false;
    }
  }
}
