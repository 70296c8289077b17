package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.drupal.Intake;
import io.bluefly.registry.drupal.IntakeException;
import io.bluefly.registry.drupal.SyncError.Reason;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.ProcessRules;
import java.util.function.Supplier;

/** Takes registrations from elsewhere in as if they had been sent to the API. */
public final class RegistrationIntake implements Intake {
  private static final String BODY = "body/";
  private static final int FORBIDDEN = 403;

  private final Contract contract;
  private final Registrations registrations;

  /** By the rules of {@code contract}, {@code guard} and {@code processes}. */
  public RegistrationIntake(Contract contract, EgressGuard guard, ProcessRules processes) {
    this.contract = contract;
    this.registrations = new Registrations(contract, guard, processes);
  }

  @Override
  public Registration register(Principal principal, JsonNode registration) {
    return taken(() -> {
      contract.require("Registration", registration, "body");
      Registration read = registrations.read(registration);
      Rights.requireRegister(principal, read);
      return read;
    });
  }

  @Override
  public Registration update(Principal principal, Registration before, JsonNode patch) {
    return taken(() -> registrations.merged(principal, before, patch));
  }

  private static Registration taken(Supplier<Registration> reading) {
    try {
      return reading.get();
    } catch (ProblemException e) {
      Problem problem = Problems.of(e);
      String field = problem.violations().isEmpty() ? "" : problem.violations().getFirst().field();
      throw new IntakeException(
          reason(problem),
          field.startsWith(BODY) ? field.substring(BODY.length()) : "",
          problem.detail().replace(BODY, ""));
    }
  }

  private static Reason reason(Problem problem) {
    return problem.kind().equals("command-refused")
        ? Reason.COMMAND_REFUSED
        : problem.status() == FORBIDDEN ? Reason.FORBIDDEN : Reason.INVALID;
  }
}
