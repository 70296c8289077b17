package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a site answers.
 *
 * @param retryAfter after how many seconds to come again; null when it does not say
 * @param date by the site's clock, before it can have looked at what it answers; null when it does
 *     not say
 * @param location where it sends to; null when it does not
 * @param bytes how long the body is
 * @param body the JSON; missing where the answer is none
 */
record SiteAnswer(
    int status,
    String mediaType,
    @Nullable Long retryAfter,
    @Nullable Instant date,
    @Nullable String location,
    int bytes,
    JsonNode body) {
  static final String JSON_API = "application/vnd.api+json";

  private static final int REDIRECTION = 300;
  private static final int CLIENT_ERROR = 400;
  private static final int SERVER_ERROR = 500;

  /** Keeps the type of {@code mediaType} alone, without its parameters. */
  SiteAnswer {
    mediaType = mediaType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    body = mediaType.equals(JSON_API) ? body : MissingNode.getInstance();
  }

  /** Whether it has JSON of the right kind. */
  boolean isJsonApi() {
    return !body.isMissingNode();
  }

  boolean isOk() {
    return status < REDIRECTION;
  }

  boolean isRedirection() {
    return status >= REDIRECTION && status < CLIENT_ERROR;
  }

  boolean isServerError() {
    return status >= SERVER_ERROR;
  }

  JsonNode errors() {
    return body.path("errors");
  }

  /** The field that its first error points to; empty without one. */
  String pointer() {
    return errors().path(0).path("source").path("pointer").asText("");
  }
}
