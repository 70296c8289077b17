package io.bluefly.registry.drupal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * The UUID of a connection's node: the same each time, so that making a node again after a lost
 * answer makes no second one.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9562#section-5.5">RFC 9562, version 5</a>
 */
final class NodeId {
  /** RFC 9562's namespace of URLs. */
  private static final UUID URLS = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

  private static final long VERSION_5 = 0x5000L;
  private static final long VERSION_MASK = 0xF000L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;
  private static final long VARIANT_MASK = 0xC000_0000_0000_0000L;

  private NodeId() {}

  /** The UUID of the node of a connection of a registry. */
  static String of(String registry, String connectionId) {
    return version5(version5(URLS, registry), connectionId).toString();
  }

  static UUID version5(UUID namespace, String name) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      sha1.update(
          ByteBuffer.allocate(2 * Long.BYTES)
              .putLong(namespace.getMostSignificantBits())
              .putLong(namespace.getLeastSignificantBits())
              .array());
      ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name.getBytes(UTF_8)));
      long high = hash.getLong();
      long low = hash.getLong();
      return new UUID((high & ~VERSION_MASK) | VERSION_5, (low & ~VARIANT_MASK) | VARIANT);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
