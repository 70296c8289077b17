package io.bluefly.registry.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.it.RawClient.Said;

/**
 * How a call of a tool of {@link ChaosPool} has ended for its client.
 *
 * @param message what the client was told
 */
record Ended(String tool, String key, How how, String message) {
  private static final int UNAVAILABLE_STATUS = 503;
  private static final int UNAVAILABLE = -32050;
  private static final int TIMEOUT = -32051;
  private static final int LOST = -32052;

  /** What the client knows of its call. */
  enum How {
    /** It has the result. */
    ANSWERED,
    /** It has an error of the server itself. */
    SERVER_ERROR,
    /** The registry says that the call may have run. */
    MAY_HAVE_RUN,
    /** The registry says that the call reached no server. */
    NOT_REACHED,
    /** It knows nothing. */
    UNCLEAR
  }

  static Ended of(String tool, String key, Said said) {
    return new Ended(tool, key, how(said), said.toString());
  }

  private static How how(Said said) {
    JsonNode answer = said.json();
    if (said.status() == UNAVAILABLE_STATUS) {
      return How.NOT_REACHED;
    }
    if (answer.at("/result/content/0/text").asText().startsWith("member-")) {
      return How.ANSWERED;
    }
    String message = answer.at("/error/message").asText();
    return switch (answer.at("/error/code").asInt()) {
      case UNAVAILABLE -> How.NOT_REACHED;
      case TIMEOUT, LOST -> message.contains("may have run") ? How.MAY_HAVE_RUN : How.UNCLEAR;
      default -> message.contains("errs by order") ? How.SERVER_ERROR : How.UNCLEAR;
    };
  }

  boolean is(String expectedTool) {
    return tool.equals(expectedTool);
  }
}
