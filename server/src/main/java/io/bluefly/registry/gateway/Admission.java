package io.bluefly.registry.gateway;

import io.bluefly.registry.security.Principal;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.CompletionStage;

/** Who is let in. */
@FunctionalInterface
public interface Admission {
  /** What is done with a request. */
  sealed interface Verdict {
    /** It asks for the data plane, and may come in. */
    record Admitted(McpPath path, Principal principal) implements Verdict {}

    /** It asks for something else, or may not come in: who decides that also says so. */
    record PassedOn() implements Verdict {}

    /** It can't be told before {@code known} ends, which never fails; ask again then. */
    record Later(CompletionStage<?> known) implements Verdict {}
  }

  /**
   * What is done with a request; never waits.
   *
   * @param uri the request's target as it was sent
   */
  Verdict admit(String uri, HttpHeaders headers);
}
