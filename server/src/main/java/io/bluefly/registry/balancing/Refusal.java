package io.bluefly.registry.balancing;

/**
 * Why no instance took a call; it was not begun anywhere.
 *
 * @param overloaded whether there are servers for it that have no room
 * @param message one sentence for the caller
 * @param retryAfter when it may be worth to try again, in s, at least 1
 */
public record Refusal(boolean overloaded, String message, int retryAfter) {}
