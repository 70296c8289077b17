package io.bluefly.registry.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * How a call failed.
 *
 * @param type a class of errors, of which there are few
 * @param code the code of the JSON-RPC error, null without one
 */
public record CallError(String type, @Nullable Integer code) {
  /** The tool says that it failed. */
  public static final CallError TOOL = new CallError("tool_error", null);

  /** The client gave up. */
  public static final CallError CANCELLED = new CallError("cancelled", null);

  /** There was no answer, or none that says more. */
  public static final CallError OTHER = new CallError("_OTHER", null);

  /** A JSON-RPC error. */
  public static CallError ofCode(int code) {
    return new CallError(Integer.toString(code), code);
  }
}
