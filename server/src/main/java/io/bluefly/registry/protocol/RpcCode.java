package io.bluefly.registry.protocol;

/** JSON-RPC error codes that the registry answers with or recognises. */
public final class RpcCode {
  /** The body is not JSON. */
  public static final int PARSE_ERROR = -32700;

  /** JSON, but not a message that is allowed here. */
  public static final int INVALID_REQUEST = -32600;

  /** The method is unknown. */
  public static final int METHOD_NOT_FOUND = -32601;

  /** The parameters are wrong, or required {@code _meta} is missing. */
  public static final int INVALID_PARAMS = -32602;

  /** A header is missing or disagrees with the body (2026-07-28). */
  public static final int HEADER_MISMATCH = -32020;

  /** The client lacks a capability that the request needs (2026-07-28). */
  public static final int MISSING_CAPABILITY = -32021;

  /** The protocol version is not supported (2026-07-28). */
  public static final int UNSUPPORTED_VERSION = -32022;

  /** The client has cancelled the request; nobody waits for this answer. */
  public static final int CANCELLED = -32800;

  /** The session is unknown or has ended. */
  public static final int SESSION_NOT_FOUND = -32001;

  /** The server can't be reached now; the request did not reach it. */
  public static final int UPSTREAM_UNAVAILABLE = -32050;

  /** The server did not answer in time. */
  public static final int UPSTREAM_TIMEOUT = -32051;

  /** The server went away, or sent garbage, while it had the request; it may have run. */
  public static final int UPSTREAM_LOST = -32052;

  /** Every server that could take the request has as many as it takes; it was not begun. */
  public static final int OVERLOADED = -32053;

  /** The receiver failed. */
  public static final int INTERNAL_ERROR = -32603;

  private RpcCode() {}

  /**
   * The HTTP status that goes with a JSON-RPC error in an answer to a modern client, by the table
   * of 2026-07-28; 200 for codes without a row of their own.
   */
  public static int httpStatus(int code) {
    return switch (code) {
      case HEADER_MISMATCH, MISSING_CAPABILITY, UNSUPPORTED_VERSION -> 400;
      case METHOD_NOT_FOUND -> 404;
      default -> 200;
    };
  }
}
