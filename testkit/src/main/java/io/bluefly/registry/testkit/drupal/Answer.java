package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.drupal.DrupalSite.Canned;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the site answers. */
record Answer(int status, Map<String, String> headers, String body) {
  private static final String CONTENT_TYPE = "Content-Type";
  private static final String HTML = "text/html; charset=UTF-8";

  static Answer of(Canned canned) {
    return new Answer(canned.status(), canned.headers(), canned.body());
  }

  static Answer json(int status, Map<String, String> headers, ObjectNode document) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put(CONTENT_TYPE, "application/vnd.api+json");
    return new Answer(status, all, document.toString());
  }

  static Answer json(int status, ObjectNode document) {
    return json(status, Map.of(), document);
  }

  static Answer empty(int status) {
    return new Answer(status, Map.of(), "");
  }

  static Answer options(String allow) {
    return new Answer(200, Map.of("Allow", allow, CONTENT_TYPE, HTML), "");
  }

  static Answer page(int status, String title) {
    String body =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><title>"
            + title
            + "</title></head><body><h1>"
            + title
            + "</h1></body></html>\n";
    return new Answer(status, Map.of(CONTENT_TYPE, HTML), body);
  }
}
