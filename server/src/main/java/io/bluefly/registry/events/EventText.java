package io.bluefly.registry.events;

/** Texts of servers and clients in events, of which thousands are kept. */
public final class EventText {
  /** Characters, of which the last is an ellipsis where a text was longer. */
  public static final int LONGEST = 256;

  private EventText() {}

  /** The beginning of a text that is too long; others as they are. */
  public static String cut(String text) {
    if (text.length() <= LONGEST) {
      return text;
    }
    int end = LONGEST - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
  }
}
