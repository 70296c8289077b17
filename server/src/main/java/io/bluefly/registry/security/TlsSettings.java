package io.bluefly.registry.security;

import java.nio.file.Path;
import java.util.Optional;

/** Settings of the registry's own TLS; both or none. */
public interface TlsSettings {
  /** The PEM file of the certificate, and of those that vouch for it, in order. */
  Optional<Path> certificate();

  /** The PEM file of the certificate's private key, which no password protects. */
  Optional<Path> key();
}
