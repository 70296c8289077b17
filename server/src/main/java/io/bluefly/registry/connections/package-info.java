/**
 * What is registered: connections, their life cycle, the registry that holds them all, and the
 * store that it is kept in. How a server is reached is the business of {@code upstream}.
 */
@NullMarked
package io.bluefly.registry.connections;

import org.jspecify.annotations.NullMarked;
