package io.bluefly.registry.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Values of MCP's HTTP headers, which carry what is not safe in a header as {@code =?base64?…?=}.
 *
 * @see <a
 *     href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#value-encoding">value
 *     encoding</a>
 */
public final class McpHeaders {
  private static final String PREFIX = "=?base64?";
  private static final String SUFFIX = "?=";

  private McpHeaders() {}

  /**
   * {@code value} as a header carries it. The empty value is coded, too: empty headers get lost.
   */
  public static String encode(String value) {
    boolean plain =
        !value.isEmpty() && isPrintable(value) && value.equals(value.strip()) && !isCoded(value);
    return plain
        ? value
        : PREFIX + Base64.getEncoder().encodeToString(value.getBytes(UTF_8)) + SUFFIX;
  }

  /** What a header's value stands for; a value whose coding is broken stands for itself. */
  public static String decode(String header) {
    String decoded = decodeOrNull(header);
    return decoded == null ? header : decoded;
  }

  /**
   * What a header's value stands for; null when it has characters that no header may have, base64
   * that is not canonical, or bytes in it that are not UTF-8.
   */
  public static @Nullable String decodeOrNull(String header) {
    if (!isPrintable(header)) {
      return null;
    }
    if (!isCoded(header)) {
      return header;
    }
    int end = header.length() - SUFFIX.length();
    if (end < PREFIX.length()) {
      return null;
    }
    String coded = header.substring(PREFIX.length(), end);
    try {
      byte[] bytes = Base64.getDecoder().decode(coded);
      boolean canonical = Base64.getEncoder().encodeToString(bytes).equals(coded);
      return canonical && Utf8.isValid(bytes) ? new String(bytes, UTF_8) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean isCoded(String value) {
    return value.startsWith(PREFIX) && value.endsWith(SUFFIX);
  }

  private static boolean isPrintable(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c != '\t' && (c < ' ' || c > '~')) {
        return false;
      }
    }
    return true;
  }
}
