/** What {@code add} sends, and the wait until the new connection's health is known. */
@NullMarked
package io.bluefly.registry.cli.registration;

import org.jspecify.annotations.NullMarked;
