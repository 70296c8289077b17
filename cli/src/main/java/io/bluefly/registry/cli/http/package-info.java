/**
 * The registry over HTTP: its address, the key, one request with one deadline, and a sentence for
 * each way in which that fails. Knows no command.
 */
@NullMarked
package io.bluefly.registry.cli.http;

import org.jspecify.annotations.NullMarked;
