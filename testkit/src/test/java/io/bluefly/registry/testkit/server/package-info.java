/** The test server, tested: by the official suite, and on every transport. */
@org.jspecify.annotations.NullMarked
package io.bluefly.registry.testkit.server;
