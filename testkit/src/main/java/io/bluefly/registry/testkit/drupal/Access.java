package io.bluefly.registry.testkit.drupal;

import io.bluefly.registry.testkit.drupal.DrupalSite.Received;

/** Who may do what; a refusal asks for credentials where basic_auth is installed. */
final class Access {
  private static final String ACCESS_CONTENT = "The 'access content' permission is required.";

  private final Conditions conditions;

  Access(Conditions conditions) {
    this.conditions = conditions;
  }

  void checkRead(Visitor visitor, Node node) {
    if (visitor.account().sees(node)) {
      return;
    }
    throw conditions.basicAuth && visitor.account() == Account.ANONYMOUS
        ? Refusal.unauthorized()
        : Refusal.forbidden("/data", NodeDocuments.forbidden(visitor.account()));
  }

  void checkWrite(Visitor visitor, Received request) {
    Account account = visitor.account();
    if (account.writes()) {
      return;
    }
    // Whoever shows something is told that it is not enough, and not asked for more.
    throw conditions.basicAuth && account == Account.ANONYMOUS && !visitor.presented()
        ? Refusal.unauthorized()
        : Refusal.forbidden(account.reads() ? needed(request.method()) : ACCESS_CONTENT);
  }

  private static String needed(String method) {
    return switch (method) {
      case "PATCH" -> permission("edit");
      case "DELETE" -> permission("delete");
      default -> "";
    };
  }

  private static String permission(String verb) {
    return "The '%s any %s content' permission is required.".formatted(verb, ContentType.NAME);
  }
}
