package io.bluefly.registry.gateway;

import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** Who is let in. */
@FunctionalInterface
public interface Admission {
  /**
   * What a request asks of the data plane; null when it asks for something else, or may not come
   * in: who decides that also says so.
   *
   * @param uri the request's target as it was sent
   */
  @Nullable McpPath admit(String uri, HttpHeaders headers);
}
