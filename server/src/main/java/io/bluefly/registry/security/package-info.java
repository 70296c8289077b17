/**
 * Who may speak to the registry (key, Host, Origin), where it may connect to itself, and which
 * secrets a connection may use.
 */
@NullMarked
package io.bluefly.registry.security;

import org.jspecify.annotations.NullMarked;
