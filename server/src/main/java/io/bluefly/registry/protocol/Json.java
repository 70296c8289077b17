package io.bluefly.registry.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** JSON on the data plane: a streaming factory with limits, and string literals. */
public final class Json {
  /** Nesting that a message may have. */
  public static final int MAX_DEPTH = 256;

  /** The factory for messages. Depth and number length are bounded, the size by whoever reads. */
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(10_000)
                  .maxStringLength(64 << 20)
                  .build())
          // Names of members are the senders' choice: the JVM's table of strings is not for them.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private Json() {}

  /** {@code text} as a JSON string literal, quotes included. */
  public static String quote(String text) {
    return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  /** The UTF-8 bytes of {@code json}. */
  public static byte[] bytes(String json) {
    return json.getBytes(UTF_8);
  }
}
