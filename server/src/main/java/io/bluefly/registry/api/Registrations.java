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
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.Secrets;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Registrations from request bodies: what no schema can say is checked here. */
final class Registrations {
  private static final int MAX_PORT = 65_535;

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
  private final ProcessRules processes;

  Registrations(Contract contract, ProcessRules processes) {
    this.contract = contract;
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
      refusals.addAll(processes.sandbox().refusals(stdio.sandbox()));
      if (!refusals.isEmpty()) {
        throw new ProblemException(Problems.commandRefused(refusals));
      }
    }
  }

  private static Registration readChecked(JsonNode body) {
    List<Violation> violations = new ArrayList<>();
    checkInstances(body, violations);
    JsonNode endpoint = body.path("endpoint");
    if (endpoint.has("url")) {
      checkUrl(endpoint.get("url").asText(), violations);
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

  private static void checkUrl(String url, List<Violation> violations) {
    try {
      URI uri = new URI(url);
      if (uri.getHost() != null && uri.getPort() <= MAX_PORT && uri.getPort() != 0) {
        return;
      }
    } catch (URISyntaxException e) {
      // Reported below, as any address that is none.
    }
    violations.add(new Violation("body/endpoint/url", "is no valid address", null));
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

  /** The registration that results from {@code patch}, which may hold a status beside it. */
  Registration merged(Registration before, JsonNode patch) {
    ObjectNode changes = patch.deepCopy();
    changes.remove("status");
    JsonNode merged = MergePatch.apply(RegistrationJson.write(before), changes);
    contract.require("Registration", merged, "body");
    Registration after = readChecked(merged);
    // Else whatever came before a stricter policy could not even be drained.
    if (!Objects.equals(after.endpoint(), before.endpoint()) || after.type() != before.type()) {
      refuseCommand(after);
    }
    return after;
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
