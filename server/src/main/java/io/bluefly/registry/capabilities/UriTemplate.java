package io.bluefly.registry.capabilities;

import java.util.ArrayList;
import java.util.List;

/**
 * Says whether a URI can come from a template (RFC 6570): its fixed parts must stand in the URI, in
 * their order, the first at the beginning and the last at the end. What stands in between is the
 * server's to judge. Takes time linear in the URI's length for each part.
 */
final class UriTemplate {
  private final List<String> literals = new ArrayList<>();

  UriTemplate(String template) {
    int from = 0;
    for (int open = template.indexOf('{'); open >= 0; open = template.indexOf('{', from)) {
      int close = template.indexOf('}', open);
      if (close < 0) {
        break;
      }
      literals.add(template.substring(from, open));
      from = close + 1;
    }
    literals.add(template.substring(from));
  }

  boolean matches(String uri) {
    String first = literals.getFirst();
    String last = literals.getLast();
    if (literals.size() == 1) {
      return uri.equals(first);
    }
    int end = uri.length() - last.length();
    if (!uri.startsWith(first) || !uri.endsWith(last)) {
      return false;
    }
    int at = first.length();
    for (String literal : literals.subList(1, literals.size() - 1)) {
      int found = uri.indexOf(literal, at);
      if (found < 0) {
        return false;
      }
      at = found + literal.length();
    }
    return at <= end;
  }
}
