/** Says how a connection is: from probes, from what its upstream reports, with hysteresis. */
@NullMarked
package io.bluefly.registry.health;

import org.jspecify.annotations.NullMarked;
