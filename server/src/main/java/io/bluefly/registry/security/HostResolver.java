package io.bluefly.registry.security;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Looks names up; may wait. */
@FunctionalInterface
public interface HostResolver {
  /** The machine's own: its hosts file, its name servers. */
  HostResolver SYSTEM = name -> List.of(InetAddress.getAllByName(name));

  /**
   * All addresses of a name, the preferred one first.
   *
   * @throws UnknownHostException when it has none
   */
  List<InetAddress> addresses(String name) throws UnknownHostException;
}
