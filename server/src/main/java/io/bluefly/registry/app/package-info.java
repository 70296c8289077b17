/** Puts the parts together, starts them in order and stops them in reverse. */
@NullMarked
package io.bluefly.registry.app;

import org.jspecify.annotations.NullMarked;
