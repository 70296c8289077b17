package io.bluefly.registry.capabilities;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.protocol.Json;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * One text for all JSON that means the same: order of members, white space and notation of numbers
 * do not matter.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8785">RFC 8785</a>, which the form is like; but
 *     numbers stay exact
 */
public final class CanonicalJson {
  private CanonicalJson() {}

  /** The SHA-256 of the text, 64 hexadecimal digits. */
  public static String hash(JsonNode node) {
    StringBuilder text = new StringBuilder();
    write(node, text);
    return hash(text.toString());
  }

  /** The SHA-256 of a text as it is, 64 hexadecimal digits. */
  static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Appends the text. */
  static void write(JsonNode node, StringBuilder to) {
    switch (node.getNodeType()) {
      case OBJECT -> writeObject(node, to);
      case ARRAY -> writeArray(node, to);
      case STRING -> to.append(Json.quote(node.textValue()));
      case NUMBER -> to.append(node.decimalValue().stripTrailingZeros());
      case BOOLEAN, NULL, MISSING, BINARY, POJO -> to.append(node.asText());
    }
  }

  private static void writeObject(JsonNode node, StringBuilder to) {
    Map<String, JsonNode> sorted = new TreeMap<>();
    node.properties().forEach(member -> sorted.put(member.getKey(), member.getValue()));
    to.append('{');
    sorted.forEach((name, value) -> {
      to.append(Json.quote(name)).append(':');
      write(value, to);
      to.append(',');
    });
    to.append('}');
  }

  private static void writeArray(JsonNode node, StringBuilder to) {
    to.append('[');
    node.forEach(item -> {
      write(item, to);
      to.append(',');
    });
    to.append(']');
  }
}
