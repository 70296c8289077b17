/** The registry's answers as people read them: tables, details, content. Only strings, no I/O. */
@NullMarked
package io.bluefly.registry.cli.text;

import org.jspecify.annotations.NullMarked;
