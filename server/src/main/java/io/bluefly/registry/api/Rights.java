package io.bluefly.registry.api;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.security.Principal;

/** What a request needs to be allowed beside the permission of its operation. */
final class Rights {
  private Rights() {}

  /** For what belongs to no single pool or connection. */
  static void requireWhole(Request request) {
    if (!request.principal().scope().isAll()) {
      throw new ProblemException(
          Problems.outOfScope(
              "This concerns the registry as a whole, and the key is limited to some of it"));
    }
  }

  /** Whoever may change some connections of a pool only may not change the pool. */
  static void requirePool(Principal principal, String pool) {
    if (!principal.scope().coversPool(pool)) {
      throw new ProblemException(
          Problems.outOfScope("The key is not for pool '" + pool + "' as a whole"));
    }
  }

  /** Of a connection that starts a command, whoever may only write may do nothing but end it. */
  static void requireChange(Principal principal, Connection connection) {
    if (!mayChange(principal, connection)) {
      requireExec(principal);
    }
  }

  static boolean mayChange(Principal principal, Connection connection) {
    return !startsCommand(connection.registration()) || principal.may(Permission.EXEC);
  }

  /** To make such a connection, or to turn one into it. */
  static void requireRegister(Principal principal, Registration registration) {
    if (startsCommand(registration)) {
      requireExec(principal);
    }
    requirePool(principal, registration.pool());
  }

  /** What a change makes of a connection; its pool may be another one then. */
  static void requireUpdate(Principal principal, Registration before, Registration after) {
    if (startsCommand(before) || startsCommand(after)) {
      requireExec(principal);
    }
    if (!after.pool().equals(before.pool())) {
      requirePool(principal, after.pool());
    }
  }

  private static boolean startsCommand(Registration registration) {
    return registration.protocol() == Protocol.STDIO;
  }

  private static void requireExec(Principal principal) {
    if (!principal.may(Permission.EXEC)) {
      throw new ForbiddenException(Permission.EXEC);
    }
  }
}
