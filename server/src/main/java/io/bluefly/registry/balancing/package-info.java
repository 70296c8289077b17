/** How loaded a connection is and which one is the better choice. */
@NullMarked
package io.bluefly.registry.balancing;

import org.jspecify.annotations.NullMarked;
