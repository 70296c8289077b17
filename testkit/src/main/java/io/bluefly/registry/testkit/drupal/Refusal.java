package io.bluefly.registry.testkit.drupal;

import java.util.List;
import java.util.Map;

/** Ends the handling of a request with errors of JSON:API. */
@SuppressWarnings("serial") // Nobody writes it anywhere.
final class Refusal extends RuntimeException {
  private final List<Problem> problems;
  private final Map<String, String> headers;

  Refusal(List<Problem> problems, Map<String, String> headers) {
    super(problems.toString(), null, false, false);
    this.problems = List.copyOf(problems);
    this.headers = Map.copyOf(headers);
  }

  private static Refusal of(int status, String detail) {
    return new Refusal(List.of(Problem.of(status, detail)), Map.of());
  }

  static Refusal badRequest(String detail) {
    return of(400, detail);
  }

  /** For a parameter that JSON:API has no use for, under a name that it keeps for itself. */
  static Refusal badParameter(String name) {
    return new Refusal(
        List.of(
            Problem.of(
                400, "The following query parameters violate the JSON:API spec: '" + name + "'.")),
        Map.of("Link", "http://jsonapi.org/format/#query-parameters"));
  }

  static Refusal unauthorized() {
    return new Refusal(
        List.of(Problem.of(401, "No authentication credentials provided.")),
        Map.of("WWW-Authenticate", "Basic realm=\"" + DrupalSite.NAME + "\""));
  }

  static Refusal forbidden(String detail) {
    return of(403, detail);
  }

  static Refusal forbidden(String pointer, String detail) {
    return new Refusal(List.of(Problem.at(pointer, 403, detail)), Map.of());
  }

  static Refusal notFound(String detail) {
    return of(404, detail);
  }

  static Refusal notAllowed(String allow, String detail) {
    return new Refusal(List.of(Problem.of(405, detail)), Map.of("Allow", allow));
  }

  static Refusal conflict() {
    return of(409, "Conflict: Entity already exists.");
  }

  static Refusal mediaType(String contentType) {
    return of(415, "No route found that matches \"Content-Type: " + contentType + "\"");
  }

  static Refusal unprocessable(String detail) {
    return of(422, detail);
  }

  static Refusal violations(List<Problem> violations) {
    return new Refusal(violations, Map.of());
  }

  static Refusal maintenance(int seconds) {
    return new Refusal(
        List.of(
            Problem.of(
                503,
                DrupalSite.NAME
                    + " is currently under maintenance. We should be back shortly."
                    + " Thank you for your patience.")),
        Map.of("Retry-After", Integer.toString(seconds)));
  }

  int status() {
    return problems.getFirst().status();
  }

  List<Problem> problems() {
    return problems;
  }

  Map<String, String> headers() {
    return headers;
  }
}
