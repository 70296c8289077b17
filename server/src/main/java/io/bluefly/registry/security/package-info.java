/**
 * Who may speak to the registry (keys, permissions, Host, Origin), what it may run and reach for
 * them, and which secrets a connection may use.
 */
@NullMarked
package io.bluefly.registry.security;

import org.jspecify.annotations.NullMarked;
