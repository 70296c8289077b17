/** The registry's contents as a document that can be kept elsewhere. */
@NullMarked
package io.bluefly.registry.transfer;

import org.jspecify.annotations.NullMarked;
