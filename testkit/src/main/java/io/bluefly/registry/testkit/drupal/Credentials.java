package io.bluefly.registry.testkit.drupal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** Finds out who asks: key_auth, and basic_auth while it is installed. A wrong key is no error. */
final class Credentials {
  private static final String AUTHORIZATION = "authorization";
  private static final String LOGIN = base64(DrupalSite.SYNC_USER + ":" + DrupalSite.SYNC_PASSWORD);

  /** The last key is of a user that may not use key authentication. */
  private static final Map<String, Account> KEYS =
      Map.of(
          DrupalSite.SYNC_KEY, Account.SYNC,
          DrupalSite.READ_KEY, Account.READ,
          DrupalSite.ADMIN_KEY, Account.ADMIN,
          DrupalSite.NO_PERMISSION_KEY, Account.ANONYMOUS);

  private final Conditions conditions;

  Credentials(Conditions conditions) {
    this.conditions = conditions;
  }

  Visitor visitor(Received request) {
    return key(request)
        .map(key -> new Visitor(KEYS.getOrDefault(key, Account.ANONYMOUS), true))
        .or(() -> basic(request).map(login -> new Visitor(account(login), true)))
        .orElseGet(() -> new Visitor(Account.ANONYMOUS, false));
  }

  private Optional<String> key(Received request) {
    return request.header(conditions.keyHeader).or(() -> bearer(request));
  }

  private Optional<String> bearer(Received request) {
    return conditions.bearer ? authorization(request, "Bearer ") : Optional.empty();
  }

  private Optional<String> basic(Received request) {
    return conditions.basicAuth ? authorization(request, "Basic ") : Optional.empty();
  }

  private static Optional<String> authorization(Received request, String scheme) {
    return request
        .header(AUTHORIZATION)
        .filter(value -> value.startsWith(scheme))
        .map(value -> value.substring(scheme.length()).strip());
  }

  private static Account account(String login) {
    return LOGIN.equals(login) ? Account.SYNC : Account.ANONYMOUS;
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }
}
