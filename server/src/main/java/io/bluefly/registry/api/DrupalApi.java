package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.drupal.ConflictPolicy;
import io.bluefly.registry.drupal.DrupalSyncs;
import io.bluefly.registry.drupal.SiteAddress;
import io.bluefly.registry.drupal.SyncMode;
import io.bluefly.registry.drupal.SyncReport;
import io.bluefly.registry.drupal.SyncRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Syncs with Drupal sites. */
final class DrupalApi {
  private static final int OK = 200;
  private static final int ACCEPTED = 202;

  /** Proxies do not wait for longer. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  private final DrupalSyncs syncs;

  DrupalApi(DrupalSyncs syncs) {
    this.syncs = syncs;
  }

  Reply start(Request request) {
    Rights.requireWhole(request);
    JsonNode body = request.body();
    SyncReport begun =
        syncs.start(
            new SyncRequest(
                site(body.get("drupalEndpoint").asText()),
                key(body.get("apiKey").asText()),
                constant(SyncMode.class, body, "syncMode", SyncMode.BIDIRECTIONAL),
                constant(ConflictPolicy.class, body, "conflictPolicy", ConflictPolicy.REGISTRY),
                body.path("dryRun").asBoolean(),
                body.path("acceptDeletions").asInt(0),
                request.principal(),
                request.from()));
    SyncReport now =
        request.flag("wait") ? syncs.await(begun.syncId(), LONGEST_WAIT).orElse(begun) : begun;
    return new Reply(
        now.isRunning() ? ACCEPTED : OK, Map.of("location", "/drupal/syncs/" + now.syncId()), now);
  }

  private static SiteAddress site(String text) {
    try {
      return SiteAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          Problems.invalid("body/drupalEndpoint", String.valueOf(e.getMessage())));
    }
  }

  private static String key(String text) {
    if (text.isBlank()) {
      throw new ProblemException(
          Problems.invalid("body/apiKey", "is empty; send the key, or ${NAME} of a secret"));
    }
    return text;
  }

  private static <E extends Enum<E>> E constant(
      Class<E> type, JsonNode body, String field, E usual) {
    return body.hasNonNull(field)
        ? Enum.valueOf(type, body.get(field).asText().toUpperCase(Locale.ROOT))
        : usual;
  }

  /** The latest syncs. */
  record All(List<SyncReport> syncs, int total) {}

  Reply list(Request request) {
    Rights.requireWhole(request);
    List<SyncReport> all = syncs.list();
    return Reply.ok(new All(all, all.size()));
  }

  Reply get(Request request) {
    Rights.requireWhole(request);
    String id = request.text("syncId");
    return syncs
        .find(id)
        .map(Reply::ok)
        .orElseThrow(() ->
            new ProblemException(
                Problems.unknown(
                    "There is no sync '" + id + "'; GET /drupal/syncs lists the latest")));
  }
}
