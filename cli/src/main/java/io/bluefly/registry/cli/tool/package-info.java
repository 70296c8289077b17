/**
 * Calls of tools: arguments typed by the tool's schema, the headers and the body of a modern
 * tools/call, and its answer as JSON or as a stream. Prints nothing.
 */
@NullMarked
package io.bluefly.registry.cli.tool;

import org.jspecify.annotations.NullMarked;
