package io.bluefly.registry.capabilities;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A place where two definitions differ.
 *
 * @param pointer JSON pointer (RFC 6901); one that is long ends with {@code ...}
 * @param before null where there was nothing
 * @param after null where there is nothing
 */
public record Difference(String pointer, @Nullable JsonNode before, @Nullable JsonNode after) {
  /** Places that are told; who needs more has both definitions. */
  static final int MOST = 100;

  /** Characters of a pointer: names are as long and as deep as a server likes. */
  static final int LONGEST_POINTER = 300;

  private static final String CUT = "...";

  /** The places where two definitions differ, at most {@value #MOST}, in the order of members. */
  public static List<Difference> between(@Nullable JsonNode before, @Nullable JsonNode after) {
    List<Difference> all = new ArrayList<>();
    compare("", before, after, all);
    return List.copyOf(all);
  }

  private static void compare(
      String pointer, @Nullable JsonNode before, @Nullable JsonNode after, List<Difference> all) {
    if (all.size() >= MOST || (before == null ? after == null : before.equals(after))) {
      return;
    }
    if (before != null && after != null && before.isObject() && after.isObject()) {
      for (String name : names(before, after)) {
        compare(below(pointer, escaped(name)), before.get(name), after.get(name), all);
      }
    } else if (before != null && after != null && before.isArray() && after.isArray()) {
      for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
        compare(below(pointer, Integer.toString(i)), before.get(i), after.get(i), all);
      }
    } else {
      all.add(new Difference(pointer, before, after));
    }
  }

  private static Set<String> names(JsonNode before, JsonNode after) {
    Set<String> names = new TreeSet<>();
    before.fieldNames().forEachRemaining(names::add);
    after.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** The pointer to a member; what is longer than {@value #LONGEST_POINTER} is cut once. */
  static String below(String pointer, String name) {
    if (pointer.length() >= LONGEST_POINTER && pointer.endsWith(CUT)) {
      return pointer;
    }
    String below = pointer + "/" + name;
    return below.length() > LONGEST_POINTER ? start(below) + CUT : below;
  }

  /** No half of a character is at its end. */
  private static String start(String pointer) {
    boolean half = Character.isHighSurrogate(pointer.charAt(LONGEST_POINTER - 1));
    return pointer.substring(0, half ? LONGEST_POINTER - 1 : LONGEST_POINTER);
  }

  static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
