package io.bluefly.registry.security;

import java.util.List;

/**
 * What a connection wants to have in its sandbox.
 *
 * @param readable absolute paths of folders that are shown although they lie in a hidden place
 * @param writable absolute paths of folders in which the server may write
 * @param network whether it may reach the network; if not, it has a loopback of its own alone
 */
public record SandboxRequest(List<String> readable, List<String> writable, boolean network) {
  /** Nothing beside what every sandbox has. */
  public static final SandboxRequest PLAIN = new SandboxRequest(List.of(), List.of(), false);

  /** Copies. */
  public SandboxRequest {
    readable = List.copyOf(readable);
    writable = List.copyOf(writable);
  }
}
