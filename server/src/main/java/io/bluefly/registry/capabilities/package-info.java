/**
 * What servers offer: the catalogue of tools, prompts and resources, read from the servers
 * themselves, and the search in it.
 */
@NullMarked
package io.bluefly.registry.capabilities;

import org.jspecify.annotations.NullMarked;
