package io.bluefly.registry.capabilities;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bluefly.registry.protocol.Json;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The SHA-256 of a definition: of all that its server says of a tool, but {@code _meta}, which
 * servers fill with what is new each time and clients do not show to models. Order of members,
 * white space and notation of numbers do not matter.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8785">RFC 8785</a>, which the form is like; but
 *     numbers stay exact
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
    return HexFormat.of().formatHex(sha256(canonical(definition)));
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
    return HexFormat.of().formatHex(sha256(text));
  }

  /**
   * The text that is hashed. What readers may understand differently (members that stand there
   * twice, halves of characters) is taken as it came: nothing in it can change unseen.
   */
  static String canonical(String definition) {
    try {
      StringBuilder text = new StringBuilder(definition.length());
      write(STRICT.readTree(definition), true, text);
      return UTF_8.newEncoder().canEncode(text) ? text.toString() : definition;
    } catch (JsonProcessingException | ArithmeticException | NumberFormatException e) {
      return definition;
    }
  }

  private static void write(JsonNode node, boolean top, StringBuilder to) {
    switch (node.getNodeType()) {
      case OBJECT -> writeObject(node, top, to);
      case ARRAY -> writeArray(node, to);
      case STRING -> to.append(Json.quote(node.textValue()));
      case NUMBER -> to.append(node.decimalValue().stripTrailingZeros());
      case BOOLEAN, NULL, MISSING, BINARY, POJO -> to.append(node.asText());
    }
  }

  private static void writeObject(JsonNode node, boolean top, StringBuilder to) {
    Map<String, JsonNode> sorted = new TreeMap<>();
    node.properties().forEach(member -> sorted.put(member.getKey(), member.getValue()));
    if (top) {
      sorted.remove(META);
    }
    to.append('{');
    sorted.forEach((name, value) -> {
      to.append(Json.quote(name)).append(':');
      write(value, false, to);
      to.append(',');
    });
    to.append('}');
  }

  private static void writeArray(JsonNode node, StringBuilder to) {
    to.append('[');
    node.forEach(item -> {
      write(item, false, to);
      to.append(',');
    });
    to.append(']');
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
