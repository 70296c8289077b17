package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import java.net.URI;
import java.util.function.Supplier;

/** Absolute links, which begin with what the site takes for its address. */
final class Links {
  private final Supplier<URI> origin;

  Links(Supplier<URI> origin) {
    this.origin = origin;
  }

  String to(String path) {
    return origin.get().toString().replaceAll("/$", "") + path;
  }

  String to(Received request) {
    return to(request.path() + (request.query().isEmpty() ? "" : "?" + request.query()));
  }

  String to(Node node) {
    return to(Target.COLLECTION + "/" + node.id());
  }

  /** Adds a link by its name. */
  static ObjectNode add(ObjectNode links, String name, String href) {
    return links.putObject(name).put("href", href);
  }
}
