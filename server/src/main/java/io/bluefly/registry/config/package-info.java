/**
 * Reads the configuration (command line, environment, YAML) and holds value types that every floor
 * may use. What a setting means is said by the feature that owns it, in a mapping of its own.
 */
@NullMarked
package io.bluefly.registry.config;

import org.jspecify.annotations.NullMarked;
