package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** {@code meta.omitted}: what a list has left out, which is no error. */
final class Omitted {
  private static final String HELP =
      "https://www.drupal.org/docs/8/modules/json-api/filtering#filters-access-control";

  private Omitted() {}

  /** Notes what was left out, when anything was. */
  static void note(ObjectNode document, List<String> hrefs, String why) {
    if (hrefs.isEmpty()) {
      return;
    }
    ObjectNode omitted = document.putObject("meta").putObject("omitted");
    omitted.put(
        "detail", "Some resources have been omitted because of insufficient authorization.");
    ObjectNode links = omitted.putObject("links");
    Links.add(links, "help", HELP);
    hrefs.forEach(href -> link(links, href, why));
  }

  private static void link(ObjectNode links, String href, String why) {
    String name = "item--" + Integer.toString(href.hashCode(), Character.MAX_RADIX);
    Links.add(links, name, href).putObject("meta").put("rel", "item").put("detail", why);
  }
}
