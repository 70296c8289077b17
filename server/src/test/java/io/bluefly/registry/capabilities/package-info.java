/** Tests of the catalogue. */
@org.jspecify.annotations.NullMarked
package io.bluefly.registry.capabilities;
