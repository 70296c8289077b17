package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.api.Problem.Violation;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.connections.RegistrationJson;
import io.bluefly.registry.security.CommandRefusal;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.Secrets;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Registrations from request bodies: what no schema can say is checked here. */
final class Registrations {
  private static final int MAX_PORT = 65_535;
  private static final String TOKEN_URL = "body/endpoint/auth/tokenUrl";
  private static final Pattern ON_THIS_MACHINE =
      Pattern.compile("^http://(localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1])([:/?]|$)");

  /** Headers that say where a message goes and where it ends. */
  private static final Set<String> OF_THE_CONNECTION =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "upgrade",
          "te",
          "trailer",
          "expect");

  private final Contract contract;
  private final EgressGuard guard;
  private final ProcessRules processes;

  /** Says at once of {@code guard}'s refusals what needs no lookup. */
  Registrations(Contract contract, EgressGuard guard, ProcessRules processes) {
    this.contract = contract;
    this.guard = guard;
    this.processes = processes;
  }

  /** The registration in a body that matches the contract. */
  Registration read(JsonNode body) {
    Registration registration = readChecked(body);
    refuseCommand(registration);
    return registration;
  }

  private void refuseCommand(Registration registration) {
    if (registration.type() == ConnectionType.SERVER
        && registration.endpoint() instanceof StdioEndpoint stdio) {
      List<CommandRefusal> refusals = new ArrayList<>();
      refusals.addAll(
          processes
              .commands()
              .refusals(stdio.command(), stdio.args(), stdio.env().keySet(), stdio.cwd()));
      refusals.addAll(processes.sandbox().refusals(stdio.sandbox(), stdio.env().keySet()));
      if (!refusals.isEmpty()) {
        throw new ProblemException(Problems.commandRefused(refusals));
      }
    }
  }

  private Registration readChecked(JsonNode body) {
    List<Violation> violations = new ArrayList<>();
    checkInstances(body, violations);
    JsonNode endpoint = body.path("endpoint");
    if (endpoint.has("url")) {
      checkUrl("body/endpoint/url", endpoint.get("url").asText(), violations);
    }
    if (endpoint.has("auth")) {
      checkAuth(endpoint, violations);
    }
    checkMasks(endpoint, "env", violations);
    checkMasks(endpoint, "headers", violations);
    checkArguments(endpoint.path("args"), violations);
    checkHeaderNames(endpoint.path("headers"), violations);
    if (!violations.isEmpty()) {
      throw new ProblemException(Problems.invalid(violations));
    }
    return RegistrationJson.read(body);
  }

  private static void checkInstances(JsonNode body, List<Violation> violations) {
    JsonNode instances = body.path("instances");
    int min = instances.path("min").asInt(1);
    if (instances.has("max") && instances.get("max").asInt() < min) {
      violations.add(
          new Violation("body/instances/max", "must not be less than min, which is " + min, null));
    }
  }

  private void checkUrl(String field, String url, List<Violation> violations) {
    if (Secrets.hasMask(url)) {
      violations.add(masked(field));
    }
    try {
      URI uri = new URI(url);
      if (uri.getHost() != null && uri.getPort() <= MAX_PORT && uri.getPort() != 0) {
        String refusal = guard.refusal(uri.getHost());
        if (refusal != null) {
          violations.add(new Violation(field, refusal, null));
        }
        return;
      }
    } catch (URISyntaxException e) {
      // Reported below, as any address that is none.
    }
    violations.add(
        new Violation(
            field,
            "is no valid address; its host is a name, or an address as 192.0.2.1 or [2001:db8::1]",
            null));
  }

  private void checkAuth(JsonNode endpoint, List<Violation> violations) {
    JsonNode auth = endpoint.get("auth");
    checkUrl(TOKEN_URL, auth.path("tokenUrl").asText(), violations);
    if (isSentInClear(auth.path("tokenUrl").asText())) {
      violations.add(
          new Violation(TOKEN_URL, "must be https, or the secret is sent in clear", null));
    }
    if (auth.path("clientSecret").asText().equals(Secrets.MASK)) {
      violations.add(masked("body/endpoint/auth/clientSecret"));
    }
    for (var header : endpoint.path("headers").properties()) {
      if (header.getKey().equalsIgnoreCase("authorization")) {
        violations.add(
            new Violation(
                "body/endpoint/headers/" + header.getKey(),
                "is set by endpoint.auth; leave one of them out",
                null));
      }
    }
  }

  /** On this machine nobody else listens. */
  private static boolean isSentInClear(String url) {
    return url.regionMatches(true, 0, "http:", 0, "http:".length())
        && !ON_THIS_MACHINE.matcher(url).find();
  }

  private static void checkArguments(JsonNode args, List<Violation> violations) {
    for (int i = 0; i < args.size(); i++) {
      if (args.get(i).asText().contains(Secrets.MASK)) {
        violations.add(masked("body/endpoint/args/" + i));
      }
    }
  }

  private static void checkHeaderNames(JsonNode headers, List<Violation> violations) {
    for (var header : headers.properties()) {
      if (OF_THE_CONNECTION.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        violations.add(
            new Violation(
                "body/endpoint/headers/" + header.getKey(),
                "is set by the registry itself; leave it out",
                null));
      }
    }
  }

  private static Violation masked(String field) {
    return new Violation(
        field, "is the mask that hides a secret; send the value itself, or better ${NAME}", null);
  }

  private static void checkMasks(JsonNode endpoint, String field, List<Violation> violations) {
    for (var member : endpoint.path(field).properties()) {
      if (member.getValue().asText().equals(Secrets.MASK)) {
        violations.add(masked("body/endpoint/" + field + "/" + member.getKey()));
      }
    }
  }

  /**
   * The registration that results from {@code patch}, which may hold a status beside it, if {@code
   * principal} may make that of it.
   */
  Registration merged(Principal principal, Registration before, JsonNode patch) {
    ObjectNode changes = patch.deepCopy();
    changes.remove("status");
    JsonNode merged = MergePatch.apply(RegistrationJson.write(before), changes);
    contract.require("Registration", merged, "body");
    boolean same = merged.path("endpoint").equals(RegistrationJson.write(before).path("endpoint"));
    Registration after = same ? RegistrationJson.read(merged) : readChecked(merged);
    Rights.requireUpdate(principal, before, after);
    refuseTakingAlong(
        RegistrationJson.write(before).path("endpoint"), merged.path("endpoint"), patch);
    // Else whatever came before a stricter policy could not even be drained.
    if (!Objects.equals(after.endpoint(), before.endpoint()) || after.type() != before.type()) {
      refuseCommand(after);
    }
    return after;
  }

  /**
   * A secret that was registered in clear goes where it was registered for: whoever changes the
   * address has to know it.
   */
  private static void refuseTakingAlong(JsonNode before, JsonNode after, JsonNode patch) {
    List<Violation> violations = new ArrayList<>();
    JsonNode sent = patch.path("endpoint");
    if (isElsewhere(before.path("url"), after.path("url"))) {
      for (var header : after.path("headers").properties()) {
        if (isKept(header.getValue(), sent.path("headers").path(header.getKey()))) {
          violations.add(takenAlong("body/endpoint/headers/" + header.getKey()));
        }
      }
    }
    JsonNode auth = after.path("auth");
    boolean otherEndpoint =
        isElsewhere(before.path("auth").path("tokenUrl"), auth.path("tokenUrl"));
    if (otherEndpoint
        && isKept(auth.path("clientSecret"), sent.path("auth").path("clientSecret"))) {
      violations.add(takenAlong("body/endpoint/auth/clientSecret"));
    }
    if (!violations.isEmpty()) {
      throw new ProblemException(Problems.invalid(violations));
    }
  }

  private static boolean isElsewhere(JsonNode before, JsonNode after) {
    return before.isTextual()
        && after.isTextual()
        && !origin(before.asText()).equals(origin(after.asText()));
  }

  private static String origin(String url) {
    URI uri = URI.create(url);
    return uri.getScheme() + "://" + uri.getRawAuthority();
  }

  private static boolean isKept(JsonNode value, JsonNode sent) {
    return value.isTextual()
        && Secrets.shown(value.asText()).equals(Secrets.MASK)
        && !sent.equals(value);
  }

  private static Violation takenAlong(String field) {
    return new Violation(
        field, "was registered for another address: send it again, or better ${NAME}", null);
  }

  /** The status that {@code patch} asks for; null when it leaves it. */
  static @Nullable ConnectionStatus status(JsonNode patch) {
    return switch (patch.path("status").asText()) {
      case "active" -> ConnectionStatus.ACTIVE;
      case "idle" -> ConnectionStatus.IDLE;
      default -> null;
    };
  }
}
