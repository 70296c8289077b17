package io.bluefly.registry.timeline;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What happened, in words and figures.
 *
 * @param type the kind of thing, for programs
 * @param message a sentence for people, at most {@value #LONGEST} characters
 * @param details strings, at most {@value #LONGEST_DETAIL} characters each, and numbers by name
 */
public record Story(String type, String message, Map<String, Object> details) {
  static final int LONGEST = 200;
  static final int LONGEST_DETAIL = 100;

  /** Cuts what is too long. */
  public Story {
    message = cut(message, LONGEST);
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }

  static Story of(String type, String message) {
    return new Story(type, message, Map.of());
  }

  /** The same with a text in its details. */
  Story with(String name, String value) {
    return with(name, (Object) cut(value, LONGEST_DETAIL));
  }

  /** The same with a number in its details. */
  Story with(String name, long value) {
    return with(name, (Object) value);
  }

  private Story with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(details);
    more.put(name, value);
    return new Story(type, message, more);
  }

  private static String cut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int end = longest - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
  }
}
