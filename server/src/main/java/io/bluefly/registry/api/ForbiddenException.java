package io.bluefly.registry.api;

import io.bluefly.registry.security.Permission;

/** Ends an operation for want of a permission. */
final class ForbiddenException extends ProblemException {
  private static final long serialVersionUID = 1;

  private final Permission needed;

  /** It takes {@code needed}, which whoever asks does not have. */
  ForbiddenException(Permission needed) {
    super(Problems.forbidden(needed));
    this.needed = needed;
  }

  Permission needed() {
    return needed;
  }
}
