/**
 * The control plane: the operations of the OpenAPI document, their records, and the table of
 * errors.
 */
@NullMarked
package io.bluefly.registry.api;

import org.jspecify.annotations.NullMarked;
