/** The packaged registry as its users have it: real processes, real servers, real clients. */
@org.jspecify.annotations.NullMarked
package io.bluefly.registry.it;
