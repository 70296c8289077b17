/**
 * What tests of every module share: real MCP servers and clients as processes, and a clock that
 * tests move. Nothing here is part of the service.
 */
@org.jspecify.annotations.NullMarked
package io.bluefly.registry.testkit;
