package io.bluefly.registry.security;

import java.util.concurrent.CompletionStage;

/** What credentials have come to. */
public sealed interface Identity {
  /** They are somebody's. */
  record Known(Principal principal) implements Identity {}

  /** They are nobody's; {@code why} tells the client, and no secret. */
  record Unknown(String why) implements Identity {}

  /** Whose they are can't be told now; {@code why} tells the client, and no secret. */
  record Undecided(String why) implements Identity {}

  /** It takes time to find out; {@code later} is one of the others and never fails. */
  record Pending(CompletionStage<Identity> later) implements Identity {}
}
