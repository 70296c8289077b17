package io.bluefly.registry.security;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * Addresses that begin with the same bits, such as {@code 10.0.0.0/8}.
 *
 * @param first the lowest of them
 * @param prefix how many bits they have in common
 */
public record AddressRange(InetAddress first, int prefix) {
  /** Checks the prefix; the bits behind it have to be zero. */
  public AddressRange {
    byte[] bytes = first.getAddress();
    if (prefix < 0 || prefix > bytes.length * Byte.SIZE) {
      throw new IllegalArgumentException("/" + prefix + " is no prefix of such an address");
    }
    for (int bit = prefix; bit < bytes.length * Byte.SIZE; bit++) {
      if (bit(bytes, bit) != 0) {
        throw new IllegalArgumentException("it has bits behind its prefix of " + prefix);
      }
    }
  }

  /**
   * Reads {@code 10.0.0.0/8}, {@code fd12::/16}, or one address without a prefix.
   *
   * @throws IllegalArgumentException when it is none; the message says why
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    InetAddress first =
        switch (Host.of(address)) {
          case Host.Address literal -> literal.address();
          case Host.Name _ -> throw new IllegalArgumentException("a name is no range");
          case Host.Refused refused -> throw new IllegalArgumentException(refused.why());
        };
    int bits = first.getAddress().length * Byte.SIZE;
    return new AddressRange(first, slash < 0 ? bits : prefix(text.substring(slash + 1)));
  }

  private static int prefix(String text) {
    if (!text.matches("\\d{1,3}")) {
      throw new IllegalArgumentException("'/" + text + "' is no prefix");
    }
    return Integer.parseInt(text);
  }

  private static int bit(byte[] bytes, int index) {
    return (bytes[index / Byte.SIZE] >> (Byte.SIZE - 1 - index % Byte.SIZE)) & 1;
  }

  /** Whether {@code address} is one of them. */
  public boolean contains(InetAddress address) {
    byte[] ours = first.getAddress();
    byte[] theirs = address.getAddress();
    if (ours.length != theirs.length) {
      return false;
    }
    for (int bit = 0; bit < prefix; bit++) {
      if (bit(ours, bit) != bit(theirs, bit)) {
        return false;
      }
    }
    return true;
  }

  /** Whether all of {@code other} are among them. */
  boolean contains(AddressRange other) {
    return other.prefix >= prefix && contains(other.first);
  }

  /** As it is written in settings. */
  @Override
  public String toString() {
    String literal = first.getHostAddress();
    return (first instanceof Inet6Address ? literal.toLowerCase(java.util.Locale.ROOT) : literal)
        + "/"
        + prefix;
  }
}
