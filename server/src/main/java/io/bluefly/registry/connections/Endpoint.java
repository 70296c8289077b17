package io.bluefly.registry.connections;

import io.bluefly.registry.security.ProcessLimits;
import io.bluefly.registry.security.SandboxRequest;
import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a server is reached. Values are kept as written: {@code ${NAME}} is not resolved here. */
public sealed interface Endpoint {
  /** The protocol that reaches such an endpoint. */
  Protocol protocol();

  /**
   * A child process.
   *
   * @param command the executable, by path or by name in {@code PATH}
   * @param env variables beside the minimal environment
   * @param cwd the working directory; the registry's own when null
   * @param sandbox what it wants to have in a sandbox; null when it asks for none
   * @param limits what each of its processes may use
   */
  record StdioEndpoint(
      String command,
      List<String> args,
      Map<String, String> env,
      @Nullable String cwd,
      @Nullable SandboxRequest sandbox,
      ProcessLimits limits)
      implements Endpoint {
    /** Asks for no sandbox and no limits. */
    public StdioEndpoint(
        String command, List<String> args, Map<String, String> env, @Nullable String cwd) {
      this(command, args, env, cwd, null, ProcessLimits.NONE);
    }

    /** Checks and copies. */
    public StdioEndpoint {
      if (command.isBlank()) {
        throw new IllegalArgumentException("endpoint.command is empty");
      }
      args = List.copyOf(args);
      env = ordered(env);
    }

    @Override
    public Protocol protocol() {
      return Protocol.STDIO;
    }
  }

  /**
   * A Streamable HTTP address, with headers for each request to it.
   *
   * @param auth how tokens for it are got; null where none are
   */
  record HttpEndpoint(URI url, Map<String, String> headers, @Nullable ClientCredentials auth)
      implements Endpoint {
    /** Copies. */
    public HttpEndpoint {
      headers = ordered(headers);
    }

    /** One without tokens. */
    public HttpEndpoint(URI url, Map<String, String> headers) {
      this(url, headers, null);
    }

    @Override
    public Protocol protocol() {
      return Protocol.HTTP;
    }
  }

  /**
   * A WebSocket address, with headers for the upgrade.
   *
   * @param auth how tokens for it are got; null where none are
   */
  record WebSocketEndpoint(URI url, Map<String, String> headers, @Nullable ClientCredentials auth)
      implements Endpoint {
    /** Copies. */
    public WebSocketEndpoint {
      headers = ordered(headers);
    }

    @Override
    public Protocol protocol() {
      return Protocol.WEBSOCKET;
    }
  }

  private static Map<String, String> ordered(Map<String, String> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
