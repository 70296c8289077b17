package io.bluefly.registry.drupal;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that a sync could not do.
 *
 * @param connectionId whose; null when it concerns the site, or a node that is no connection yet
 * @param nodeId the UUID of the node; null when it concerns the site
 * @param field the node's field that is wrong; null when it is none of them
 * @param message what happened, and the way out
 */
public record SyncError(
    @Nullable String connectionId,
    @Nullable String nodeId,
    @Nullable String field,
    Reason reason,
    String message) {
  /** Why, in a word. */
  public enum Reason {
    /** The site can't be reached, or does not answer in time or as HTTP. */
    UNREACHABLE,
    /** Its address may not be reached. */
    EGRESS_REFUSED,
    /** It sends elsewhere. */
    REDIRECTED,
    /** It is in maintenance, or asks for a pause that is too long. */
    MAINTENANCE,
    /** It answers, but not as JSON:API. */
    NOT_JSON_API,
    /** JSON:API takes no writes there. */
    READ_ONLY,
    /** It does not take JSON:API's media type. */
    MEDIA_TYPE,
    /** The key has no value, or may not be sent there. */
    KEY_UNKNOWN,
    /** The site does not accept the key. */
    KEY_REFUSED,
    /** The content type is not there. */
    CONTENT_TYPE_MISSING,
    /** More connections are gone there than is believed without a question. */
    MANY_DELETIONS,
    /** The list of nodes leaves some out. */
    INCOMPLETE,
    /** The registry was stopped, or the sync. */
    INTERRUPTED,
    /** The key may not do this. */
    FORBIDDEN,
    /** A value that the other side does not take. */
    INVALID,
    /** The name belongs to another connection. */
    NAME_TAKEN,
    /** A command that is not taken over from Drupal. */
    COMMAND_REFUSED,
    /** The audit log or the database can't be written. */
    NOT_STORED,
    /** The site answers with an error of its own. */
    SITE_ERROR;

    /** The name in the API. */
    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
