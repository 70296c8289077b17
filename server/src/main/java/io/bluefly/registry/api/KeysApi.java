package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.api.Problem.Violation;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.security.ApiKey;
import io.bluefly.registry.security.ApiKeys;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.security.Scope;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Making, listing and deleting API keys. */
final class KeysApi {
  private static final String CREATED = "This is the only time that the key is shown: keep it now";

  private final ApiKeys keys;
  private final Connections connections;
  private final InstantSource clock;

  KeysApi(ApiKeys keys, Connections connections, InstantSource clock) {
    this.keys = keys;
    this.connections = connections;
    this.clock = clock;
  }

  /** A key as it is listed; without pools and connections it is for all of them. */
  record Shown(
      String id,
      String name,
      List<String> permissions,
      List<String> pools,
      List<String> connections,
      Instant createdAt,
      @Nullable Instant expiresAt,
      @Nullable Instant lastUsedAt) {
    static Shown of(ApiKey key) {
      return new Shown(
          key.id(),
          key.name(),
          key.permissions().stream().sorted().map(Permission::wire).toList(),
          key.scope().pools().stream().sorted().toList(),
          key.scope().connections().stream().sorted().toList(),
          key.createdAt(),
          key.expiresAt(),
          key.lastUsedAt());
    }
  }

  /** All keys. */
  record All(List<Shown> keys, int total) {}

  Reply list(Request request) {
    List<Shown> all = keys.list().stream().map(Shown::of).toList();
    return Reply.ok(new All(all, all.size()));
  }

  /** A new key, with the key itself. */
  record Created(
      String id,
      String name,
      String key,
      List<String> permissions,
      List<String> pools,
      List<String> connections,
      Instant createdAt,
      @Nullable Instant expiresAt,
      String message) {}

  Reply create(Request request) {
    JsonNode body = request.body();
    Set<Permission> permissions = EnumSet.noneOf(Permission.class);
    body.get("permissions")
        .forEach(name -> Permission.of(name.asText()).ifPresent(permissions::add));
    Scope scope = new Scope(words(body.path("pools")), words(body.path("connections")));
    Instant expiresAt = expiry(body.path("expiresAt"));
    refuseWrong(permissions, scope, body.path("connections"), expiresAt);
    ApiKeys.Created made = keys.create(body.get("name").asText(), permissions, scope, expiresAt);
    Shown shown = Shown.of(made.key());
    return new Reply(
        201,
        Map.of("location", "/keys/" + shown.id()),
        new Created(
            shown.id(),
            shown.name(),
            made.secret(),
            shown.permissions(),
            shown.pools(),
            shown.connections(),
            shown.createdAt(),
            shown.expiresAt(),
            CREATED));
  }

  private static Set<String> words(JsonNode list) {
    Set<String> words = new LinkedHashSet<>();
    list.forEach(word -> words.add(word.asText()));
    return words;
  }

  private static @Nullable Instant expiry(JsonNode text) {
    return text.isTextual() ? Times.parse("body/expiresAt", text.asText()) : null;
  }

  private void refuseWrong(
      Set<Permission> permissions, Scope scope, JsonNode ids, @Nullable Instant expiresAt) {
    List<Violation> violations = new ArrayList<>();
    if (permissions.contains(Permission.ADMIN) && !scope.isAll()) {
      violations.add(
          new Violation(
              "body/permissions",
              "admin can't be limited to pools or connections: it may make keys that are not",
              null));
    }
    if (expiresAt != null && !clock.instant().isBefore(expiresAt)) {
      violations.add(new Violation("body/expiresAt", "must be in the future", null));
    }
    for (int i = 0; i < ids.size(); i++) {
      if (connections.find(ids.get(i).asText()).filter(c -> !c.isDisconnected()).isEmpty()) {
        violations.add(
            new Violation(
                "body/connections/" + i, "is no connection; GET /connections lists them", null));
      }
    }
    if (!violations.isEmpty()) {
      throw new ProblemException(Problems.invalid(violations));
    }
  }

  /** What deleting a key answers. */
  record Deleted(String id, String name, String message) {}

  Reply delete(Request request) {
    ApiKey gone = keys.delete(request.text("keyId"));
    if (gone == null) {
      throw new ProblemException(
          Problems.unknown(
              "There is no key '" + request.text("keyId") + "'; GET /keys lists them"));
    }
    return Reply.ok(
        new Deleted(gone.id(), gone.name(), "The key is deleted; what it has begun ends"));
  }
}
