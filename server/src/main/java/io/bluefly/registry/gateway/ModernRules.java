package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.McpHeaders;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What 2026-07-28 demands of a request over HTTP: the required {@code _meta}, and headers that say
 * the same as the body.
 *
 * @see <a
 *     href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http">Streamable
 *     HTTP</a>
 */
final class ModernRules {
  private static final AsciiString VERSION = AsciiString.cached("MCP-Protocol-Version");
  private static final AsciiString METHOD = AsciiString.cached("Mcp-Method");
  private static final AsciiString NAME = AsciiString.cached("Mcp-Name");

  /** A rule that was broken: the error to answer with; {@code data} is JSON text or null. */
  record Violation(int code, String message, @Nullable String data) {}

  private ModernRules() {}

  /** The first rule that a request without headers breaks, or null. */
  static @Nullable Violation check(RpcMessage request) {
    Violation missing = missing(request);
    String version = request.metaVersion();
    return missing != null || version == null || version.equals(Era.MODERN_VERSION)
        ? missing
        : unsupported(version);
  }

  /** The first rule that a request over HTTP breaks, or null. */
  static @Nullable Violation check(RpcMessage request, HttpHeaders headers) {
    Violation missing = missing(request);
    String version = request.metaVersion();
    if (missing != null || version == null) {
      return missing;
    }
    Violation mismatch = header(headers, VERSION, version);
    if (mismatch == null) {
      mismatch = header(headers, METHOD, request.method());
    }
    String target = request.target();
    if (mismatch == null && target != null) {
      mismatch = header(headers, NAME, target);
    }
    if (mismatch != null) {
      return mismatch;
    }
    return version.equals(Era.MODERN_VERSION) ? null : unsupported(version);
  }

  private static @Nullable Violation missing(RpcMessage request) {
    String version = request.metaVersion();
    if (version == null) {
      return new Violation(
          RpcCode.INVALID_PARAMS,
          "params._meta[\"io.modelcontextprotocol/protocolVersion\"] is missing",
          null);
    }
    if (!request.hasMetaCapabilities()) {
      return new Violation(
          RpcCode.INVALID_PARAMS,
          "params._meta[\"io.modelcontextprotocol/clientCapabilities\"] is missing",
          null);
    }
    return null;
  }

  private static Violation unsupported(String version) {
    return new Violation(
        RpcCode.UNSUPPORTED_VERSION,
        "Unsupported protocol version: " + version,
        "{\"supported\":["
            + Json.quote(Era.MODERN_VERSION)
            + "],\"requested\":"
            + Json.quote(version)
            + "}");
  }

  private static @Nullable Violation header(
      HttpHeaders headers, AsciiString name, String expected) {
    List<String> values = headers.getAll(name);
    if (values.size() == 1 && McpHeaders.decode(values.getFirst()).equals(expected)) {
      return null;
    }
    String problem =
        switch (values.size()) {
          case 0 -> "is missing";
          case 1 -> "does not match the body";
          default -> "stands there more than once";
        };
    return new Violation(RpcCode.HEADER_MISMATCH, "Header mismatch: " + name + " " + problem, null);
  }
}
