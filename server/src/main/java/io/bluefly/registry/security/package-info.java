/** Who may speak to the registry (key, Host, Origin) and which secrets a connection may use. */
@NullMarked
package io.bluefly.registry.security;

import org.jspecify.annotations.NullMarked;
