package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import java.util.Map;
import java.util.Optional;

/** Refusals as JSON:API shows them. */
final class ErrorDocuments {
  private static final String RFC = "http://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec10.";

  private static final Map<Integer, String> TITLES =
      Map.of(
          400, "Bad Request",
          401, "Unauthorized",
          403, "Forbidden",
          404, "Not Found",
          405, "Method Not Allowed",
          409, "Conflict",
          415, "Unsupported Media Type",
          422, "Unprocessable Content",
          503, "Service Unavailable");

  /** Sections of RFC 2616, which does not know 422. */
  private static final Map<Integer, String> SECTIONS =
      Map.of(
          400, "4.1", 401, "4.2", 403, "4.4", 404, "4.5", 405, "4.6", 409, "4.10", 415, "4.16", 503,
          "5.4");

  private final Links links;

  ErrorDocuments(Links links) {
    this.links = links;
  }

  Answer answer(Refusal refusal, Received request) {
    ObjectNode document = Documents.begun();
    ArrayNode errors = document.putArray("errors");
    String via = links.to(request);
    refusal.problems().forEach(problem -> describe(problem, refusal, via, errors.addObject()));
    return Answer.json(refusal.status(), refusal.headers(), document);
  }

  private static void describe(Problem problem, Refusal refusal, String via, ObjectNode error) {
    error.put("title", TITLES.get(problem.status()));
    error.put("status", Integer.toString(problem.status()));
    error.put("detail", problem.detail());
    if (problem.linked()) {
      ObjectNode target = error.putObject("links");
      Links.add(target, "via", via);
      info(refusal).ifPresent(info -> Links.add(target, "info", info));
    }
    problem.pointer().ifPresent(pointer -> error.putObject("source").put("pointer", pointer));
  }

  private static Optional<String> info(Refusal refusal) {
    return Optional.ofNullable(refusal.headers().get("Link"))
        .or(() -> Optional.ofNullable(SECTIONS.get(refusal.status())).map(RFC::concat));
  }
}
