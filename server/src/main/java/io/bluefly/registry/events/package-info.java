/**
 * The bus on which features tell each other what happened, each with events of its own; and the log
 * of what the registry tells the world: public events with growing ids, kept for a while. Who is
 * told, and how, is not known here.
 */
@NullMarked
package io.bluefly.registry.events;

import org.jspecify.annotations.NullMarked;
