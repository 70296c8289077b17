package io.bluefly.registry.security;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The host of a URL: an address, or a name that has to be looked up. Resolvers take many spellings
 * for an address (octal, hexadecimal, one number, fewer parts), each its own way, so that who
 * checks one may let another be connected to; they are refused.
 *
 * @see <a href="https://url.spec.whatwg.org/#ends-in-a-number-checker">URL, hosts that end in a
 *     number</a>
 */
sealed interface Host {
  /** An address in its one usual spelling. */
  record Address(InetAddress address) implements Host {}

  /** A name. */
  record Name(String name) implements Host {}

  /** Neither; {@code why} says it. */
  record Refused(String why) implements Host {}

  /** What may be written. */
  String USUAL = "write a name, or an address as 192.0.2.1 or [2001:db8::1]";

  /** Octal, hexadecimal or plain: what resolvers may take for the last part of an address. */
  Pattern NUMBER = Pattern.compile("\\d+|0[xX][0-9a-fA-F]*");

  Pattern PART = Pattern.compile("0|[1-9]\\d{0,2}");
  Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,253}");
  Pattern VERSION_6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
  int VERSION_4_PARTS = 4;
  int MAX_PART = 255;

  /** Reads a host, in brackets or not. */
  static Host of(String text) {
    boolean bracketed = text.startsWith("[") && text.endsWith("]");
    String host = bracketed ? text.substring(1, text.length() - 1) : text;
    if (bracketed || host.indexOf(':') >= 0) {
      return version6(host);
    }
    if (!NAME.matcher(host).matches()) {
      return new Refused("'" + text + "' is neither a name nor an address: " + USUAL);
    }
    List<String> labels = List.of(host.split("\\.", -1));
    if (isVersion4(labels)) {
      return new Address(Inet4Address.ofLiteral(host));
    }
    boolean dot = labels.getLast().isEmpty() && labels.size() > 1;
    String last = dot ? labels.get(labels.size() - 2) : labels.getLast();
    return NUMBER.matcher(last).matches()
        ? new Refused("'" + text + "' may be taken for several addresses: " + USUAL)
        : new Name(host);
  }

  private static boolean isVersion4(List<String> labels) {
    return labels.size() == VERSION_4_PARTS
        && labels.stream()
            .allMatch(
                label -> PART.matcher(label).matches() && Integer.parseInt(label) <= MAX_PART);
  }

  private static Host version6(String host) {
    Refused no = new Refused("'[" + host + "]' is no address: " + USUAL);
    if (!VERSION_6.matcher(host).matches()) {
      return no; // A zone (%eth0), too: only link-local addresses have one.
    }
    try {
      InetAddress address = Inet6Address.ofLiteral(host);
      return address instanceof Inet6Address
          ? new Address(address)
          : new Refused("'[" + host + "]' hides an address of version 4: write that itself");
    } catch (IllegalArgumentException e) {
      return no;
    }
  }
}
