/** Tests of the testkit itself. */
@org.jspecify.annotations.NullMarked
package io.bluefly.registry.testkit;
