/** What has happened to each connection, for people to read. Nothing else follows from it. */
@NullMarked
package io.bluefly.registry.timeline;

import org.jspecify.annotations.NullMarked;
