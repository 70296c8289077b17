/** The bus on which features tell each other what happened. Each feature defines its own events. */
@NullMarked
package io.bluefly.registry.events;

import org.jspecify.annotations.NullMarked;
