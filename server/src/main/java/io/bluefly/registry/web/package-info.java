/** Pages and files that a browser may load without a key: the OpenAPI document and its reader. */
@NullMarked
package io.bluefly.registry.web;

import org.jspecify.annotations.NullMarked;
