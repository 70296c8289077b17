package io.bluefly.registry.protocol;

/** A message that JSON-RPC or MCP does not allow; {@link #code()} says which error answers it. */
public final class MalformedMessageException extends Exception {
  private final int code;

  /** An error with a {@link RpcCode} and a sentence for whoever sent the message. */
  public MalformedMessageException(int code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** The JSON-RPC error code, {@link RpcCode#PARSE_ERROR} or {@link RpcCode#INVALID_REQUEST}. */
  public int code() {
    return code;
  }

  /** The sentence for whoever sent the message. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
