package io.bluefly.registry.security;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HexFormat;

/** Where a client is, as far as limits are concerned. */
public final class RemoteAddress {
  /** What an IPv6 client has to itself at least: it may send from any of these. */
  private static final int NETWORK_BYTES = 8;

  private RemoteAddress() {}

  /** The same for all addresses that one client may have. */
  public static String key(SocketAddress remote) {
    return remote instanceof InetSocketAddress inet && inet.getAddress() != null
        ? key(inet.getAddress())
        : String.valueOf(remote);
  }

  private static String key(InetAddress address) {
    return address instanceof Inet6Address && !address.isLoopbackAddress()
        ? HexFormat.of().formatHex(address.getAddress(), 0, NETWORK_BYTES)
            + "/"
            + NETWORK_BYTES * Byte.SIZE
        : address.getHostAddress();
  }

  /** Whether that is this machine, where a proxy may stand before all clients. */
  public static boolean isLoopback(SocketAddress remote) {
    return remote instanceof InetSocketAddress inet
        && inet.getAddress() != null
        && inet.getAddress().isLoopbackAddress();
  }
}
