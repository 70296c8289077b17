package io.bluefly.registry.balancing;

import java.time.Duration;

/**
 * How long calls wait, and how many.
 *
 * @param toOpen for a server that is starting or coming back
 * @param forRoom for servers that have as many calls as they take
 * @param maxQueue calls that may wait in one pool
 */
public record Patience(Duration toOpen, Duration forRoom, int maxQueue) {}
