package io.bluefly.registry.security;

/** The issuer's keys are not to be had, so nothing can be said about its tokens. */
final class IssuerException extends Exception {
  private static final long serialVersionUID = 1;

  IssuerException() {
    super("the issuer's keys are not to be had", null, false, false);
  }
}
