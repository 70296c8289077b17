package io.bluefly.registry.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

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

  /** {@code value} as a header carries it. */
  public static String encode(String value) {
    boolean plain =
        value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= '~'))
            && value.equals(value.strip())
            && !(value.startsWith(PREFIX) && value.endsWith(SUFFIX));
    return plain
        ? value
        : PREFIX + Base64.getEncoder().encodeToString(value.getBytes(UTF_8)) + SUFFIX;
  }

  /** What a header's value stands for; a value whose coding is broken stands for itself. */
  public static String decode(String header) {
    if (!header.startsWith(PREFIX) || !header.endsWith(SUFFIX)) {
      return header;
    }
    int end = header.length() - SUFFIX.length();
    try {
      return new String(Base64.getDecoder().decode(header.substring(PREFIX.length(), end)), UTF_8);
    } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
      return header;
    }
  }
}
