package io.bluefly.registry.drupal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node of a Drupal site at the moment when it was read.
 *
 * @param id its UUID
 * @param attributes as JSON:API has them
 * @param readAt when, by the site's clock; null when that is not known
 */
record Node(String id, ObjectNode attributes, @Nullable Instant readAt) {
  static final String RESOURCE = "node--mcp_connection";

  static final String TITLE = "title";
  static final String CHANGED = "changed";
  static final String CONNECTION_ID = "field_mcp_connection_id";
  static final String REGISTRY = "field_mcp_registry";
  static final String TYPE = "field_mcp_type";
  static final String PROTOCOL = "field_mcp_protocol";
  static final String STATUS = "field_mcp_status";
  static final String CAPABILITIES = "field_mcp_capabilities";
  static final String CAPABILITY_DETAILS = "field_mcp_capability_details";
  static final String ENDPOINT = "field_mcp_endpoint";
  static final String METADATA = "field_mcp_metadata";
  static final String HEALTH_CHECK = "field_mcp_health_check";
  static final String HASH = "field_mcp_hash";
  static final String REVISION = "field_mcp_revision";
  static final String UPDATED = "field_mcp_updated";
  static final String DELETED = "field_mcp_deleted";

  /** A member of {@link #HEALTH_CHECK} that the registry alone writes. */
  static final String HEALTH = "health";

  /** All that a sync reads. */
  static final List<String> READ =
      List.of(
          TITLE,
          CHANGED,
          CONNECTION_ID,
          REGISTRY,
          TYPE,
          PROTOCOL,
          STATUS,
          CAPABILITIES,
          CAPABILITY_DETAILS,
          ENDPOINT,
          METADATA,
          HEALTH_CHECK,
          HASH,
          REVISION,
          UPDATED,
          DELETED);

  /** As deep as the API takes it. */
  private static final int MAX_DEPTH = 62;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(100)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  /** A value; null (JSON's) for what is empty: Drupal has no other nothing. */
  JsonNode attribute(String name) {
    JsonNode value = attributes.path(name);
    boolean empty =
        value.isMissingNode()
            || (value.isArray() && value.isEmpty())
            || (value.isTextual() && value.textValue().isBlank());
    return empty ? NullNode.instance : value;
  }

  /** A text; empty for nothing. */
  String text(String name) {
    return attribute(name).asText("").strip();
  }

  /** The JSON in a text; the text itself where that is none, null (JSON's) for {@code {}}. */
  JsonNode json(String name) {
    JsonNode text = attribute(name);
    if (!text.isTextual()) {
      return text;
    }
    try {
      JsonNode tree = JSON.readTree(text.textValue());
      return tree.isObject() && tree.isEmpty() ? NullNode.instance : tree;
    } catch (JsonProcessingException e) {
      return text;
    }
  }

  /** Whether it is flagged as deleted. */
  boolean isDeleted() {
    return attributes.path(DELETED).asBoolean();
  }

  /** When it was changed last, in whole seconds; null when it does not say. */
  @Nullable Instant changedAt() {
    return time(text(CHANGED));
  }

  /**
   * Whether it was changed in the very second in which it was read: another change in that second
   * would look the same, and the lock by {@link #CHANGED} would not see it.
   */
  boolean isTooFresh() {
    Instant changed = changedAt();
    return changed == null || readAt == null || readAt.getEpochSecond() <= changed.getEpochSecond();
  }

  /** A time in whatever offset; null when it is none. */
  static @Nullable Instant time(String text) {
    try {
      return text.isEmpty() ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }
}
