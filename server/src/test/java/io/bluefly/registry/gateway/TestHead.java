package io.bluefly.registry.gateway;

import io.bluefly.registry.security.Principal;
import org.jspecify.annotations.Nullable;

/** A request of somebody on this machine, without headers. */
record TestHead(Principal principal) implements RequestHead {
  @Override
  public @Nullable String header(CharSequence name) {
    return null;
  }

  @Override
  public String remoteAddress() {
    return "127.0.0.1";
  }
}
