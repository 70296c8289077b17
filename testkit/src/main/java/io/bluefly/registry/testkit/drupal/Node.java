package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * One piece of content, as it is at one time.
 *
 * @param vid the revision
 * @param changed whole seconds, as all times of Drupal
 * @param revised when the revision was made
 * @param affected whether the revision differs from the one before
 * @param fields the title and what begins with {@code field_mcp_}, as JSON:API shows them
 */
record Node(
    UUID id,
    long nid,
    long vid,
    Account author,
    Account reviser,
    Instant created,
    Instant changed,
    Instant revised,
    boolean published,
    boolean affected,
    Map<String, JsonNode> fields) {

  Node {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** Value of a field that the content type has. */
  JsonNode field(String name) {
    return Objects.requireNonNull(fields.get(name), name);
  }

  Node with(Map<String, JsonNode> values, boolean nowPublished) {
    Map<String, JsonNode> all = new LinkedHashMap<>(fields);
    all.putAll(values);
    boolean differs = nowPublished != published || !all.equals(fields);
    return new Node(
        id, nid, vid, author, reviser, created, changed, revised, nowPublished, differs, all);
  }

  Node changedAt(Instant now) {
    return new Node(
        id, nid, vid, author, reviser, created, now, revised, published, affected, fields);
  }

  Node revision(long number, Account by, Instant now) {
    return new Node(
        id, nid, number, author, by, created, changed, now, published, affected, fields);
  }
}
