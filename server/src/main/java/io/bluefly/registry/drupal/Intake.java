package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.security.Principal;

/** Takes registrations in as the API does: by the same contract, rules and rights. */
public interface Intake {
  /**
   * A new registration.
   *
   * @throws IntakeException when it is not taken
   */
  Registration register(Principal principal, JsonNode registration);

  /**
   * What a merge patch makes of a registration.
   *
   * @throws IntakeException when it is not taken
   */
  Registration update(Principal principal, Registration before, JsonNode patch);
}
