/** Counts what passes through the data plane: requests, errors, latencies, calls in flight. */
@NullMarked
package io.bluefly.registry.metrics;

import org.jspecify.annotations.NullMarked;
