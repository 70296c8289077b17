package io.bluefly.registry.cli.http;

import com.fasterxml.jackson.databind.JsonNode;

/** What the registry answered: an HTTP status and JSON, which is a problem from 400 on. */
public record Answer(int status, JsonNode json) {
  private static final int FIRST_ERROR = 400;
  private static final int NOT_FOUND = 404;

  /** Whether there is no such thing. */
  public boolean isNotFound() {
    return status == NOT_FOUND;
  }

  /**
   * The JSON of a success.
   *
   * @throws CliException with the problem's detail
   */
  public JsonNode orThrow() {
    if (status < FIRST_ERROR) {
      return json;
    }
    String title = json.path("title").asText("the registry answered HTTP " + status);
    throw CliException.refused(json.path("detail").asText(title));
  }
}
