package io.bluefly.registry.drupal;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A Drupal site as one sync reaches it: looked up once, so that no other answer of a name server
 * sends the key elsewhere.
 */
final class Site {
  private static final String MASK = "***";
  private static final int SHORTEST_MASKED = 4;

  private final SiteAddress address;
  private final InetAddress host;
  private final Map.Entry<String, String> credentials;
  private final List<String> secrets;

  /** Reached at {@code host}, with {@code key}. */
  Site(SiteAddress address, InetAddress host, CredentialScheme scheme, String key) {
    this.address = address;
    this.host = host;
    this.credentials = scheme.header(key);
    this.secrets =
        Stream.of(
                credentials.getValue(),
                credentials.getValue().substring(credentials.getValue().indexOf(' ') + 1),
                key,
                key.substring(key.indexOf(':') + 1))
            .filter(secret -> secret.length() >= SHORTEST_MASKED)
            .toList();
  }

  SiteAddress address() {
    return address;
  }

  InetAddress host() {
    return host;
  }

  /** The header that says who asks. */
  Map.Entry<String, String> credentials() {
    return credentials;
  }

  /** What the site says, without the key, should it repeat that. */
  String mask(String text) {
    String masked = text;
    for (String secret : secrets) {
      masked = masked.replace(secret, MASK);
    }
    return masked;
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
