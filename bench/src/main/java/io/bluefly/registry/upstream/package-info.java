/** Instances without a server, for benchmarks. */
@NullMarked
package io.bluefly.registry.upstream;

import org.jspecify.annotations.NullMarked;
