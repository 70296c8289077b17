package io.bluefly.registry.security;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses the registry may connect to. Public ones it may; loopback and private ones where
 * the operator says so; and never those that mean a cloud's metadata, everybody, nobody, or another
 * address in disguise (a blocklist that missed 6to4, NAT64 and fec0::/10: CVE-2026-44430).
 *
 * @param loopback whether this machine's own may be reached
 * @param allowed further ranges that may
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IANA, IPv4</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IANA, IPv6</a>
 */
public record AddressRules(boolean loopback, List<AddressRange> allowed) {
  /** What the rules say of an address. */
  public enum Verdict {
    /** It may be reached. */
    PERMITTED,
    /** It is this machine's own, which is not configured. */
    LOOPBACK,
    /** It is of a private network, which is not configured. */
    PRIVATE,
    /** No setting permits it. */
    NEVER
  }

  private static final List<AddressRange> LOOPBACK = ranges("127.0.0.0/8", "::1");

  private static final List<AddressRange> PRIVATE =
      ranges("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");

  private static final List<AddressRange> NEVER =
      ranges(
          "0.0.0.0/8", // This network; connects to loopback.
          "169.254.0.0/16", // Link-local, metadata of most clouds.
          "192.0.0.0/24", // Protocol assignments, metadata of Oracle's cloud.
          "192.0.2.0/24", // Documentation, and two more below.
          "192.88.99.0/24", // 6to4 relays.
          "198.18.0.0/15", // Benchmarks.
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4", // Multicast.
          "240.0.0.0/4", // Reserved, broadcast.
          "100.100.100.200", // Metadata of Alibaba's cloud.
          "168.63.129.16", // Azure's host.
          "fd00:ec2::/32", // Metadata of Amazon's, Google's, Scaleway's and Oracle's clouds.
          "fd20:ce::254",
          "fd00:42::42",
          "fd00:c1::/32",
          "2001::/23", // Teredo, ORCHID, benchmarks and other assignments.
          "2001:db8::/32", // Documentation.
          "2002::/16", // 6to4.
          "3fff::/20"); // Documentation.

  /** All else of version 6 embeds another address, is link-local, multicast, or of nobody. */
  private static final List<AddressRange> KNOWN_6 = ranges("2000::/3", "fc00::/7", "::1");

  private static final List<AddressRange> NAT64 = ranges("64:ff9b::/96", "64:ff9b:1::/48");

  private static final int ISATAP_AT = 8;

  /** Copies. */
  public AddressRules {
    allowed = List.copyOf(allowed);
  }

  /**
   * Reads the ranges of the setting.
   *
   * @throws IllegalArgumentException when one is none or may never be reached; the message is a
   *     sentence that names it
   */
  public static AddressRules of(boolean loopback, List<String> allowed) {
    return new AddressRules(loopback, allowed.stream().map(AddressRules::range).toList());
  }

  private static AddressRange range(String text) {
    String written = text.strip();
    AddressRange range;
    try {
      range = AddressRange.parse(written);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'"
              + written
              + "' is no range of addresses, "
              + e.getMessage()
              + "; write for example 10.0.0.0/8, 192.168.1.7 or fd12::/16",
          e);
    }
    if (isIn(NAT64, range.first())) {
      throw new IllegalArgumentException(
          "'" + written + "' may never be reached, " + whyNever(range.first()) + "; leave it out");
    }
    if (isNever(range.first(), NEVER.stream().filter(never -> never.contains(range)))) {
      throw new IllegalArgumentException("'" + written + "' may never be reached; leave it out");
    }
    return range;
  }

  private static List<AddressRange> ranges(String... texts) {
    return Stream.of(texts).map(AddressRange::parse).toList();
  }

  /** What is said of {@code address}. */
  public Verdict of(InetAddress address) {
    if (isNever(address, NEVER.stream().filter(range -> range.contains(address)))) {
      return Verdict.NEVER;
    }
    if (isIn(allowed, address)) {
      return Verdict.PERMITTED;
    }
    if (isIn(LOOPBACK, address)) {
      return loopback ? Verdict.PERMITTED : Verdict.LOOPBACK;
    }
    return isIn(PRIVATE, address) ? Verdict.PRIVATE : Verdict.PERMITTED;
  }

  private static boolean isNever(InetAddress address, Stream<AddressRange> among) {
    return among.findAny().isPresent()
        || !(address instanceof Inet4Address || isIn(KNOWN_6, address))
        || isIsatap(address.getAddress());
  }

  /** An address of version 4 behind any prefix (RFC 5214). */
  private static boolean isIsatap(byte[] address) {
    return address.length > ISATAP_AT
        && (address[ISATAP_AT] & ~2) == 0
        && address[ISATAP_AT + 1] == 0
        && address[ISATAP_AT + 2] == 0x5e
        && address[ISATAP_AT + 3] == (byte) 0xfe;
  }

  /** Why {@code address}, which may never be reached, may not. */
  static String whyNever(InetAddress address) {
    return isIn(NAT64, address)
        ? "it is NAT64, which hides an address of version 4"
        : "it is no address of a server";
  }

  private static boolean isIn(List<AddressRange> ranges, InetAddress address) {
    return ranges.stream().anyMatch(range -> range.contains(address));
  }
}
