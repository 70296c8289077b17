package io.bluefly.registry.capabilities;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The SHA-256 of a definition: of all that its server says of a tool, but {@code _meta}, which
 * servers fill with what is new each time and clients do not show to models.
 */
final class DefinitionHash {
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();
  private static final String META = "_meta";

  private DefinitionHash() {}

  /** The hash of a definition, JSON text; 64 hexadecimal digits. */
  static String of(String definition) {
    return CanonicalJson.hash(canonical(definition));
  }

  /**
   * The hash of all definitions that a server has by one name, which is that of the definition
   * where there is one alone.
   */
  static String of(List<String> definitions) {
    if (definitions.size() == 1) {
      return of(definitions.getFirst());
    }
    StringBuilder all = new StringBuilder();
    definitions.forEach(each -> all.append(of(each)).append('\n'));
    return ofText(all.toString());
  }

  /** The hash of a text as it is. */
  static String ofText(String text) {
    return CanonicalJson.hash(text);
  }

  /**
   * The text that is hashed. What readers may understand differently (members that stand there
   * twice, halves of characters) is taken as it came: nothing in it can change unseen.
   */
  static String canonical(String definition) {
    try {
      StringBuilder text = new StringBuilder(definition.length());
      JsonNode tree = STRICT.readTree(definition);
      CanonicalJson.write(tree instanceof ObjectNode object ? object.without(META) : tree, text);
      return UTF_8.newEncoder().canEncode(text) ? text.toString() : definition;
    } catch (JsonProcessingException | ArithmeticException | NumberFormatException e) {
      return definition;
    }
  }
}
