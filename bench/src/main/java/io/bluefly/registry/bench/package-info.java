/** Benchmarks: what {@code bench/run} measures against, and JMH for single pieces. */
@NullMarked
package io.bluefly.registry.bench;

import org.jspecify.annotations.NullMarked;
