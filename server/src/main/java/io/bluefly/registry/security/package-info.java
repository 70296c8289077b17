/**
 * Who may speak to the registry (key, Host, Origin), which secrets a connection may use, and what
 * binds the processes that are started for it (commands, sandbox, limits).
 */
@NullMarked
package io.bluefly.registry.security;

import org.jspecify.annotations.NullMarked;
