/** Benchmarks of what is not public: picking a member. */
@NullMarked
package io.bluefly.registry.balancing;

import org.jspecify.annotations.NullMarked;
