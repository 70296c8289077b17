package io.bluefly.registry.gateway;

import io.bluefly.registry.security.Principal;
import org.jspecify.annotations.Nullable;

/** What is known of a client by the head of its request. */
interface RequestHead {
  /** The first header of that name, in any case; null when there is none. */
  @Nullable String header(CharSequence name);

  /** Who has sent it. */
  Principal principal();

  /** The address that it came from. */
  String remoteAddress();
}
